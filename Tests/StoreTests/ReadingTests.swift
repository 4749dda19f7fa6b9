import Daybook
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct `Reading beside a writer` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func openSmall(_ path: String, _ mode: EmbeddedStore.Mode) async throws -> EmbeddedStore
    {
        let disk = LinuxDisk(root: path)
        if mode == .createIfMissing { try disk.createRoot() }
        return try await EmbeddedStore.open(on: disk, mode, options: ContractEngine.smallOptions)
    }

    /// What a follower was given, and how often it had caught up by then.
    private final class Seen: Sendable {
        let state = Mutex<(positions: [Position], caughtUp: Int)>(([], 0))
        var count: Int { state.withLock { $0.positions.count } }
        var positions: [Position] { state.withLock { $0.positions } }
        var caughtUp: Int { state.withLock { $0.caughtUp } }
    }

    private func follow(
        _ store: EmbeddedStore, _ subscription: Subscription, _ seen: Seen
    ) -> Task<Void, any Error> {
        Task {
            let cursor = try await store.subscribe(subscription)
            while let signal = try await cursor.next() {
                switch signal {
                case .events(let batch):
                    let positions = batch.events.map(\.position)
                    seen.state.withLock { $0.positions += positions }
                case .caughtUp: seen.state.withLock { $0.caughtUp += 1 }
                case .progress: break
                }
            }
        }
    }

    @Test func `A reader elsewhere sees all that is acknowledged, and its followers go live`()
        async throws
    {
        let seed = UInt64.random(in: 1...1_000_000)
        print("appends of sizes chosen by seed \(seed)")
        let random = SeededRandomness(seed: seed)
        let path = folder.fresh()
        let writer = try await openSmall(path, .createIfMissing)
        try await writer.append([Event(type: "t")], to: "s-0")
        let reader = try await openSmall(path, .readOnly)
        let (all, odd, live) = (Seen(), Seen(), Seen())
        let followers = [
            follow(reader, Subscription(), all),
            follow(reader, Subscription(.query(.tags(["odd"]))), odd),
            follow(reader, Subscription(from: .after(1)), live),
        ]
        #expect(try await eventually { all.caughtUp > 0 && live.caughtUp > 0 })
        var (count, odds) = (1, [Position]())
        for round in 0..<150 {
            let size = 1 + random.next(below: 20)
            let events = (0..<size).map { _ in
                Event(
                    type: "t", data: [UInt8](repeating: 1, count: random.next(below: 600)),
                    tags: random.chance(1, in: 3) ? ["odd"] : [])
            }
            let answer = try await writer.append(events, to: "s-\(round % 7)")
            for (place, event) in events.enumerated() where !event.tags.isEmpty {
                odds.append(answer.firstPosition + Position(place))
            }
            count += size
            if round % 25 == 0 {
                // Whatever was acknowledged can soon be read there, and not only followed.
                let head = answer.lastPosition
                #expect(try await eventually { try await reader.head().position >= head })
                let last = try await reader.events(Read(.all, .backwards, limit: 1)).first
                #expect(last?.position == head && last?.id == events.last?.id)
            }
        }
        #expect(try await eventually { all.count >= count && odd.count >= odds.count })
        #expect(all.positions == (1...count).map(Position.init))
        #expect(odd.positions == odds)
        #expect(try await eventually { live.count >= count - 1 })
        #expect(live.positions == (2...count).map(Position.init))
        let here = try await writer.events(Read())
        #expect(try await reader.events(Read()) == here)
        for follower in followers {
            follower.cancel()
            try await follower.value
        }
        // The reader stays when the writer goes, and follows the next one.
        try await writer.close()
        let next = try await openSmall(path, .existing)
        let appended = try await next.append([Event(type: "t")], to: "s-0")
        #expect(
            try await eventually { try await reader.head().position == appended.lastPosition })
        try await reader.close()
        try await next.close()
    }

    @Test func `Who waits for events and is cancelled ends at once, with nothing`() async throws {
        let store = try await EmbeddedStore.open(at: folder.fresh())
        for subscription in [
            Subscription(), Subscription(.stream("never")), Subscription(from: .now),
        ] {
            let seen = Seen()
            let waiting = follow(store, subscription, seen)
            #expect(try await eventually { seen.caughtUp == 1 })
            waiting.cancel()
            try await waiting.value
            #expect(seen.count == 0)
        }
        // One that goes does not take the others along.
        let (first, second) = (Seen(), Seen())
        let gone = follow(store, Subscription(), first)
        let staying = follow(store, Subscription(), second)
        #expect(try await eventually { first.caughtUp == 1 && second.caughtUp == 1 })
        gone.cancel()
        try await gone.value
        try await store.append([Event(type: "t")], to: "s")
        #expect(try await eventually { second.count == 1 })
        staying.cancel()
        try await staying.value
        try await store.close()
    }

    @Test func `Backwards is forwards turned round, across all segments`() async throws {
        let path = folder.fresh()
        let store = try await openSmall(path, .createIfMissing)
        let seed = UInt64.random(in: 1...1_000_000)
        print("places chosen by seed \(seed)")
        let random = SeededRandomness(seed: seed)
        for round in 0..<40 {
            let events = (0..<50).map { number in
                Event(
                    type: "t", data: [UInt8](repeating: 1, count: random.next(below: 400)),
                    tags: ["n:\(number % 5)"])
            }
            try await store.append(events, to: "s-\(round % 3)")
        }
        #expect(try await store.statistics().segments > 3)
        for selection in [
            Selection.all, .stream("s-1"), .category("s"), .query(.tags(["n:2"])),
            .query(Query([Query.Item(tags: ["n:1"], stream: "s-2"), Query.Item(tags: ["n:4"])])),
        ] {
            let forwards = try await store.events(Read(selection)).map(\.position)
            let backwards = try await store.events(Read(selection, .backwards)).map(\.position)
            #expect(backwards == forwards.reversed(), "\(selection)")
            for _ in 0..<12 {
                let place = Position(1 + random.next(below: 2_000))
                let limit = 1 + random.next(below: 300)
                let start = Read.Start.position(place)
                let down = try await store.events(
                    Read(selection, .backwards, from: start, limit: limit)
                ).map(\.position)
                #expect(down == forwards.filter { $0 <= place }.suffix(limit).reversed())
                let up = try await store.events(
                    Read(selection, from: start, limit: limit)
                ).map(\.position)
                #expect(up == Array(forwards.filter { $0 >= place }.prefix(limit)))
            }
        }
        try await store.close()
    }

    @Test func `Thousands of cursors can be open at once, each at its own place`() async throws {
        let store = try await openSmall(folder.fresh(), .createIfMissing)
        for round in 0..<20 {
            let events = (0..<50).map { Event(type: "t", data: "\(round * 50 + $0)") }
            try await store.append(events, to: "s-\(round)")
        }
        var cursors: [(cursor: any EventCursor, next: Position)] = []
        for number in 0..<3_000 {
            let start = Position(1 + number % 990)
            let read = Read(from: .position(start), limit: 1 + number % 7)
            cursors.append((try store.cursor(read), start))
        }
        // One step of each, and then another: all are under way together.
        for _ in 0..<2 {
            for place in cursors.indices {
                guard let batch = try await cursors[place].cursor.next() else { continue }
                for event in batch.events {
                    #expect(event.position == cursors[place].next)
                    #expect(event.text == "\(event.position - 1)")
                    cursors[place].next += 1
                }
            }
        }
        for (number, entry) in cursors.enumerated() {
            #expect(try await entry.cursor.next() == nil)
            let count = min(1 + number % 7, 1_000 - number % 990)
            #expect(entry.next == Position(1 + number % 990 + count))
        }
        try await store.close()
    }
}
