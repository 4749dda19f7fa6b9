import Daybook
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

@Suite(.timeLimit(.minutes(15))) struct `Opening and closing` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test func `Each mode opens what it promises and nothing else`() async throws {
        let path = folder.fresh()
        for mode in [EmbeddedStore.Mode.existing, .readOnly] {
            #expect(await code { _ = try await EmbeddedStore.open(at: path, mode) } == .notFound)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        let made = try await EmbeddedStore.open(at: path)
        #expect(await code { _ = try await EmbeddedStore.open(at: path) } == .locked)
        #expect(await code { _ = try await EmbeddedStore.open(at: path, .existing) } == .locked)
        let reader = try await EmbeddedStore.open(at: path, .readOnly)
        #expect(
            await code { _ = try await reader.append([Event(type: "t")], to: "s") } == .readOnly)
        #expect(await code { _ = try await reader.delete("s") } == .readOnly)
        try await reader.close()
        try await made.close()
        let again = try await EmbeddedStore.open(at: path, .existing)
        #expect(again.openingNotes == [])
        try await again.close()
    }

    @Test func `A file in its place, or a folder that holds none, is told`() async throws {
        let path = folder.fresh()
        try Data("text".utf8).write(to: URL(filePath: path))
        for mode in [EmbeddedStore.Mode.createIfMissing, .existing, .readOnly] {
            let code = await code { _ = try await EmbeddedStore.open(at: path, mode) }
            #expect(
                [.inputOutput, .notFound].contains(code), "\(mode): \(String(describing: code))")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "text")
        let other = folder.fresh()
        try FileManager.default.createDirectory(
            atPath: other, withIntermediateDirectories: true)
        #expect(await code { _ = try await EmbeddedStore.open(at: other, .existing) } == .notFound)
        #expect(await code { _ = try await EmbeddedStore.open(at: other, .readOnly) } == .notFound)
        #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [])
    }

    @Test func `After an end without closing it says so once`() async throws {
        let (path, copy) = (folder.fresh(), folder.fresh())
        let store = try await EmbeddedStore.open(at: path)
        for number in 0..<20 {
            _ = try await store.append([Event(type: "t", data: "\(number)")], to: "s-\(number)")
        }
        // What a process that is killed now would leave behind.
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try await store.close()
        let opened = try await EmbeddedStore.open(at: copy)
        #expect(opened.openingNotes.contains { $0.contains("not closed in order") })
        #expect(try await opened.events(Read()).map(\.text) == (0..<20).map { "\($0)" })
        _ = try await opened.append([Event(type: "t")], to: "s-0", expecting: .revision(0))
        try await opened.close()
        let third = try await EmbeddedStore.open(at: copy)
        #expect(third.openingNotes == [])
        #expect(try await third.head().position == 21)
        try await third.close()
    }

    @Test func `Closing again does nothing, and a closed store says so everywhere`()
        async throws
    {
        let store = try await EmbeddedStore.open(at: folder.fresh())
        _ = try await store.append([Event(type: "t"), Event(type: "t")], to: "s")
        let checkpoint = try await store.head()
        let cursor = try store.cursor(Read())
        let following = try await store.subscribe(Subscription())
        try await store.close()
        try await store.close()
        let event = Event(type: "t")
        let calls: [(String, () async throws -> Void)] = [
            ("append", { _ = try await store.append([event], to: "s") }),
            ("delete", { _ = try await store.delete("s") }),
            ("cursor", { _ = try await cursor.next() }),
            ("read", { _ = try await store.events(Read()) }),
            ("following", { _ = try await following.next() }),
            ("subscribe", { _ = try await store.subscribe(Subscription()) }),
            (
                "resume",
                { _ = try await store.subscribe(Subscription(from: .checkpoint(checkpoint))) }
            ),
            ("head", { _ = try await store.head() }),
            ("stream", { _ = try await store.stream("s") }),
            ("streams", { _ = try await store.streams(prefix: "", after: nil, limit: 1) }),
            ("record", { _ = try await store.record(owner: "o", key: "k") }),
            ("records", { _ = try await store.records(owner: "o", after: nil, limit: 1) }),
            ("tracking", { _ = try await store.tracking("c") }),
            ("statistics", { _ = try await store.statistics() }),
            ("metadata", { _ = try await store.metadata(of: "s") }),
            ("submit", { try await submitted(event, to: store) }),
        ]
        for (name, call) in calls { #expect(await code(call) == .closed, "\(name)") }
    }

    private func submitted(_ event: Event, to store: EmbeddedStore) async throws {
        _ = try await withCheckedThrowingContinuation { waiting in
            do {
                try store.submit(Append([event], to: "s"), from: StoreSubmitter()) {
                    waiting.resume(with: $0.mapError { $0 })
                }
            } catch {
                waiting.resume(throwing: error)
            }
        }
    }

    @Test func `Closing answers what is under way and ends who waits`() async throws {
        let path = folder.fresh()
        let store = try await EmbeddedStore.open(at: path)
        let waiting = Task {
            let cursor = try await store.subscribe(Subscription(from: .now))
            while let signal = try await cursor.next() {
                if case .caughtUp = signal { continue }
            }
        }
        let appends = (0..<50).map { number in
            Task { try await store.append([Event(type: "t")], to: "s-\(number)") }
        }
        let first = try await appends[0].value
        #expect(first.lastPosition > 0)
        try await store.close()
        var recorded = 0
        for append in appends {
            switch await append.result {
            case .success: recorded += 1
            case .failure(let error): #expect((error as? StoreError)?.code == .closed)
            }
        }
        #expect(await code { try await waiting.value } == .closed)
        let again = try await EmbeddedStore.open(at: path, .existing)
        #expect(again.openingNotes == [])
        #expect(try await again.head().position == Position(recorded))
        try await again.close()
    }

    @Test func `The numbers it tells are those of what was recorded`() async throws {
        let path = folder.fresh()
        let store = try await EmbeddedStore.open(at: path)
        let empty = try await store.statistics()
        #expect(empty.events == 0 && empty.streams == 0 && empty.tags == 0)
        #expect(empty.firstRecordedAt == nil && empty.lastRecordedAt == nil)
        for number in 0..<10 {
            _ = try await store.append(
                [
                    Event(type: "even", tags: ["n:\(number)"]),
                    Event(type: "odd", tags: ["all"]),
                ], to: number < 4 ? "a-\(number)" : "b-\(number)")
        }
        _ = try await store.append([Event(type: "odd")], to: "plain")
        _ = try await store.setMetadata(Array("{}".utf8), of: "a-1")
        for reader in [store, try await EmbeddedStore.open(at: path, .readOnly)] {
            let isThere = try await eventually { try await reader.head().position == 22 }
            #expect(isThere)
            let now = try await reader.statistics()
            #expect(now.events == 22)
            #expect(now.streamsByCategory["a"] == 4 && now.streamsByCategory["b"] == 6)
            #expect(now.streamsByCategory[""] == 1)
            #expect(now.eventsByType["even"] == 10 && now.eventsByType["odd"] == 11)
            #expect(now.tags == 11)
            #expect(now.hasWriter)
            #expect(now.usedBytes > 22 * 50 && now.fileBytes >= now.usedBytes)
            #expect(now.firstRecordedAt! <= now.lastRecordedAt!)
            if reader !== store { try await reader.close() }
        }
        try await store.close()
        let reader = try await EmbeddedStore.open(at: path, .readOnly)
        #expect(try await reader.statistics().hasWriter == false)
        try await reader.close()
    }
}

/// Asks until the answer is yes, for at most so long: a wait with an end, and no measure of speed.
func eventually(
    seconds: Double = 60, _ condition: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(1))
    }
    return false
}
