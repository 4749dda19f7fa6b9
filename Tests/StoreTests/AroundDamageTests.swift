import Daybook
import DaybookBytes
import DaybookJournal
import DaybookPlatform
import DaybookSimulation
import DaybookStore
import Synchronization
import Testing

/// One event in the middle of a store is damaged: every way of reading gives all that lies before it in its own order,
/// and then the damage.
@Suite(.timeLimit(.minutes(15))) struct AroundDamageTests {
    private static let count = 400
    private static let damaged: Position = 200
    private static let path = "journals/main/segments/"

    enum Damage: String, CaseIterable, Sendable {
        case flip, sector
    }

    private static let selections: [Selection] = [
        .all, .stream("account-2"), .category("account"), .query(.tags(["all"])),
        .query(.types(["noted"])),
    ]

    private static func text(_ number: Int) -> String {
        "event \(number) of all " + String(repeating: "x", count: 900)
    }

    /// A disk with a store that was closed, all of it indexed.
    private static func filled() async throws -> MemoryDisk {
        let disk = MemoryDisk()
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.segmentBytesMax = 128 << 10
        options.indexRunEventsMin = 64
        let store = try await EmbeddedStore.open(on: disk, options: options)
        for number in 1...count {
            let event = Event(type: "noted", data: text(number), tags: ["all"])
            try await store.append([event], to: "account-\(number % 3)")
        }
        await store.settleIndex()
        try await store.close()
        return disk
    }

    /// The file and the offset at which the text of the event stands.
    private static func place(on disk: MemoryDisk) throws -> (path: String, offset: Int) {
        let wanted = Array(text(Int(damaged)).utf8)
        for name in try disk.list("journals/main/segments") where name.hasSuffix(".0") {
            let file = try OpenFile(disk, path + name, .read)
            let size = try file.size()
            let block = try file.read(size, at: 0)
            let bytes = block.bytes.copied()
            let starts = bytes.indices.dropLast(wanted.count).first {
                bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
            }
            if let starts { return (path + name, starts) }
        }
        throw StoreError.notFound("the event to be damaged")
    }

    /// The store with the damage, open for reading.
    private static func opened(
        _ damage: Damage, _ disk: MemoryDisk
    ) async throws -> EmbeddedStore {
        let (path, offset) = try place(on: disk)
        switch damage {
        case .flip:
            let file = try disk.open(path, .readWrite)
            try disk.writeAll(file, [UInt8(ascii: "y")].rawSpan, at: offset + 300)
            disk.close(file)
            return try await EmbeddedStore.open(on: disk, .readOnly)
        case .sector:
            let lost = LostSectorDisk(disk, path, offset + 100..<offset + 612)
            return try await EmbeddedStore.open(on: lost, .readOnly)
        }
    }

    /// What a cursor gives before it fails, and what it fails with; no error where it comes to its end.
    private static func all(
        _ cursor: any EventCursor
    ) async -> (positions: [Position], error: StoreError?) {
        var positions: [Position] = []
        do {
            while let batch = try await cursor.next() {
                let events = batch.events
                positions += events.map(\.position)
            }
            return (positions, nil)
        } catch {
            return (positions, error)
        }
    }

    private static func expect(_ error: StoreError?, _ damage: Damage, _ what: String) {
        switch damage {
        case .flip:
            #expect(error?.code == .corrupt && error?.position == damaged, "\(what)")
        case .sector:
            #expect(error?.code == .inputOutput, "\(what)")
            #expect(error?.systemError == Errno.EIO.code, "\(what)")
        }
    }

    @Test(arguments: Damage.allCases)
    func `Every read gives what lies before the damage`(_ damage: Damage) async throws {
        let disk = try await Self.filled()
        let whole = try await EmbeddedStore.open(on: disk, .readOnly)
        var expected: [(read: Read, what: String, positions: [Position])] = []
        for selection in Self.selections {
            for direction in [Read.Direction.forwards, .backwards] {
                let back: Position = direction == .backwards ? 1 : 0
                let near = Self.damaged - 13 + 26 * back
                let far = Self.damaged + 70 - 140 * back
                let time = try await whole.events(Read(.all, from: .position(near), limit: 1))
                let starts: [(String, Read.Start?)] = [
                    ("the end", nil), ("nearby", .position(near)), ("behind it", .position(far)),
                    ("a time", .time(time[0].recordedAt)),
                ]
                for (start, place) in starts {
                    for limit in [nil, 30] {
                        let read = Read(selection, direction, from: place, limit: limit)
                        let events = try await whole.events(read)
                        expected.append(
                            (
                                read,
                                "\(selection) \(direction) from \(start), limit \(limit ?? 0)",
                                events.map(\.position)
                            ))
                    }
                }
            }
        }
        try await whole.close()
        let store = try await Self.opened(damage, disk)
        var metDamage = 0
        for (read, what, positions) in expected {
            let (found, error) = await Self.all(try store.cursor(read))
            guard let index = positions.firstIndex(of: Self.damaged) else {
                #expect(found == positions && error == nil, "\(what): \(error as Any)")
                continue
            }
            metDamage += 1
            #expect(found == Array(positions[..<index]), "\(what)")
            Self.expect(error, damage, what)
        }
        #expect(metDamage >= 40 && metDamage < expected.count, "\(metDamage) of \(expected.count)")
    }

    @Test(arguments: Damage.allCases)
    func `A subscription follows up to the damage`(_ damage: Damage) async throws {
        let store = try await Self.opened(damage, try await Self.filled())
        for selection in [Selection.all, .stream("account-2"), .query(.tags(["all"]))] {
            let cursor = try await store.subscribe(Subscription(selection, from: .after(150)))
            var positions: [Position] = []
            var failure: StoreError?
            do {
                while let signal = try await cursor.next() {
                    if case .caughtUp = signal { break }
                    if case .events(let batch) = signal {
                        let events = batch.events
                        positions += events.map(\.position)
                    }
                }
            } catch { failure = error }
            let step: Position = if case .stream = selection { 3 } else { 1 }
            let first: Position = step == 3 ? 152 : 151
            let before = Array(stride(from: first, to: Self.damaged, by: Int(step)))
            #expect(positions == before, "\(selection)")
            Self.expect(failure, damage, "\(selection)")
        }
    }

    @Test(arguments: Damage.allCases)
    func `A list by ordinals is given up to the damage`(_ damage: Damage) async throws {
        let store = try await Self.opened(damage, try await Self.filled())
        for direction in [Read.Direction.forwards, .backwards] {
            var read = try store.stepped(EventList.category("account"), direction)
            var count = 0
            var failure: StoreError?
            do {
                steps: while true {
                    var step = try read.step()
                    if case .waiting = step {
                        let (next, made) = try await read.made()
                        (read, step) = (next, made)
                    }
                    switch step {
                    case .events(let listed): count += listed.count
                    case .end: break steps
                    default: continue
                    }
                }
            } catch { failure = error as? StoreError }
            let before =
                direction == .forwards ? Self.damaged - 1 : Position(Self.count) - Self.damaged
            #expect(count == Int(before), "\(direction)")
            Self.expect(failure, damage, "\(direction)")
        }
    }

    /// A start that is looked for by halving may fall on what is damaged: its neighbours tell as much.
    @Test func `The place of a time is found beside the damage`() async throws {
        let disk = try await Self.filled()
        let whole = try await EmbeddedStore.open(on: disk, .readOnly)
        let events = try await whole.events(Read())
        try await whole.close()
        let store = try await Self.opened(.flip, disk)
        for position in 150...250 as ClosedRange<Int> where position != Int(Self.damaged) {
            let time = events[position - 1].recordedAt
            let first = events.first { $0.recordedAt >= time }!.position
            let last = events.last { $0.recordedAt <= time }!.position
            // What may have been recorded then, and cannot be read, is told and not passed over.
            let touches = events.contains {
                $0.recordedAt == time && ($0.position...$0.position + 1).contains(Self.damaged)
            }
            let mayTell = touches || position == Int(Self.damaged) + 1
            do {
                let found = try await store.events(Read(.all, from: .time(time), limit: 1))
                #expect(found.map(\.position) == [first], "forwards from \(position)")
                let back = try await store.events(
                    Read(.all, .backwards, from: .time(time), limit: 1))
                #expect(back.map(\.position) == [last], "backwards from \(position)")
            } catch {
                #expect(mayTell, "from \(position), \(first) to \(last): \(error)")
            }
        }
    }
}

extension SteppedListRead {
    fileprivate func made() async throws -> (
        next: SteppedListRead, step: StoreStep<ListedEvents>
    ) {
        let answer: Result<(next: SteppedListRead, step: StoreStep<ListedEvents>), StoreError> =
            await withCheckedContinuation { continuation in
                stepWaiting { continuation.resume(returning: $0) }
            }
        return try answer.get()
    }
}

/// A disk that cannot read a part of one file.
private final class LostSectorDisk: ForwardingDisk {
    let base: any Disk
    private let path: String
    private let lost: Range<Int>
    private let opened = Mutex<Set<FileID>>([])

    init(_ base: any Disk, _ path: String, _ lost: Range<Int>) {
        self.base = base
        self.path = path
        self.lost = lost
    }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        let file = try base.open(path, mode)
        if path == self.path { opened.withLock { _ = $0.insert(file) } }
        return file
    }

    func close(_ file: FileID) {
        opened.withLock { _ = $0.remove(file) }
        base.close(file)
    }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if opened.withLock({ $0.contains(file) }), lost.overlaps(offset..<offset + buffer.count) {
            throw .EIO
        }
        return try base.read(file, into: buffer, at: offset, mode)
    }
}
