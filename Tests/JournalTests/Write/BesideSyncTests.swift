import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What is written while something else is synced: a batch worth it, and else nothing until it can be synced itself.
@Suite struct BesideSyncTests {
    private static func pending(events: Int) throws -> PendingAppend {
        let append = Append((0..<events).map { Event(type: "noted", data: "\($0)") }, to: "a-1")
        return PendingAppend(try EncodedAppend(append, hashKey: 1), Submitter()) { _ in }
    }

    /// An inbox from which so many events were taken, which are being synced.
    private static func inbox(taken events: Int) throws -> Writer.Inbox {
        var inbox = Writer.Inbox()
        inbox.add(try pending(events: events), Facts())
        _ = inbox.takeAll()
        inbox.isSyncing = true
        return inbox
    }

    @Test func `Few events wait for the end of a sync, many do not`() throws {
        var inbox = try Self.inbox(taken: 10)
        inbox.add(try Self.pending(events: 4), Facts())
        #expect(!inbox.isReady)
        inbox.isSyncing = false
        #expect(inbox.isReady)
        inbox.isSyncing = true
        inbox.add(try Self.pending(events: 1), Facts())
        #expect(inbox.isReady)
        #expect(inbox.takeAll().count == 2)
        inbox.add(try Self.pending(events: 2), Facts())
        #expect(!inbox.isReady, "what was taken counts no more")
        inbox.add(try Self.pending(events: 1), Facts())
        #expect(inbox.isReady, "half of what was taken last")
    }

    @Test func `What was taken back counts no more`() throws {
        var inbox = try Self.inbox(taken: 200)
        let (first, second) = (try Self.pending(events: 60), try Self.pending(events: 60))
        inbox.add(first, Facts())
        inbox.add(second, Facts())
        #expect(inbox.isReady)
        let recalled = inbox.recall(try #require(first.submitter))
        #expect(recalled.count == 1 && recalled.first === first)
        #expect(!inbox.isReady)
    }

    /// A journal whose first append, of ten events, is being synced by the syncing thread, and two that wait behind it.
    private struct Stage {
        let disk = HeldDisk(SimulatedDisk())
        let journal: Journal
        var answers: [Answer] = []

        init() throws {
            var options = JournalOptions()
            options.idleMarkNanoseconds = 3_600_000_000_000
            var environment = World(disk).environment()
            environment.hasThreads = true
            journal = try Journal.open(environment, options: options)
            disk.hold(.write)
            try submit(events: 10)
            try #require(disk.waits(for: .write, held: 1))
            try submit()
            try submit()
            // What is written while others wait is handed to the syncing thread.
            disk.hold(.sync)
            disk.release(.write)
            try #require(disk.waits(for: .sync, held: 1))
        }

        mutating func submit(events: Int = 1) throws {
            let events = (0..<events).map { Event(type: "noted", data: "\($0)") }
            answers.append(try journal.submit(Append(events, to: "a-\(answers.count)")))
        }

        /// Lets the disk go on, and waits until all is answered.
        func end() throws {
            disk.release(.sync)
            for answer in answers {
                try #require(disk.waits { answer.result != nil }, "an append is not answered")
                #expect(answer.appended != nil)
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `Small appends that come during a sync are written once`() throws {
        var stage = try Stage()
        defer { stage.journal.close() }
        try stage.submit()
        try stage.submit()
        try stage.end()
        #expect(stage.disk.count(of: .write) == 2)
        #expect(stage.disk.count(of: .sync) == 2)
    }

    @Test(.timeLimit(.minutes(15)))
    func `Many events are written while others are synced`() throws {
        var stage = try Stage()
        defer { stage.journal.close() }
        try stage.submit(events: 64)
        #expect(stage.disk.waits { stage.disk.count(of: .write) == 2 })
        #expect(stage.answers.allSatisfy { $0.result == nil })
        try stage.end()
    }
}

/// Holds up the writing of frames, or the syncing of the first segment, and counts both.
private final class HeldDisk: ForwardingDisk {
    let base: any Disk

    private struct State {
        var segments: Set<FileID> = []
        var isHolding: Set<DiskCall.Kind> = []
        var held: [DiskCall.Kind: Int] = [:]
        var counts: [DiskCall.Kind: Int] = [:]
        /// Counted from the first time that something is held up.
        var isCounting = false
    }
    private let state = Monitor(State())

    init(_ base: SimulatedDisk) { self.base = base }

    func hold(_ kind: DiskCall.Kind) {
        state.withLock {
            $0.isHolding.insert(kind)
            $0.isCounting = true
        }
    }

    func release(_ kind: DiskCall.Kind) {
        state.withLock { _ = $0.isHolding.remove(kind) }
        state.broadcast()
    }

    func count(of kind: DiskCall.Kind) -> Int { state.withLock { $0.counts[kind, default: 0] } }

    /// Waits until so many calls are held up, but not for ever.
    func waits(for kind: DiskCall.Kind, held count: Int) -> Bool {
        waits { self.state.withLock { $0.held[kind, default: 0] == count } }
    }

    func waits(until isSo: () -> Bool) -> Bool {
        let pause = Monitor(())
        for _ in 0..<6_000 where !isSo() {
            pause.wait(
                timeoutNanoseconds: 5_000_000, until: { _ in false }, then: { _, _ in })
        }
        return isSo()
    }

    private func pass(_ kind: DiskCall.Kind, _ file: FileID) {
        let isOne = state.withLock { state in
            let isOne = state.isCounting && state.segments.contains(file)
            if isOne { state.counts[kind, default: 0] += 1 }
            if isOne { state.held[kind, default: 0] += 1 }
            return isOne
        }
        if !isOne { return }
        state.wait(
            until: { !$0.isHolding.contains(kind) }, then: { $0.held[kind, default: 0] -= 1 })
    }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        let file = try base.open(path, mode)
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        state.withLock { state in
            if JournalPaths.segment(name)?.serial == 1 {
                state.segments.insert(file)
            } else {
                state.segments.remove(file)
            }
        }
        return file
    }

    func write(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) -> Int {
        // Zeros are written ahead.
        if !bytes.isZero(0..<bytes.byteCount) { pass(.write, file) }
        return try base.write(file, bytes, at: offset)
    }

    func sync(_ file: FileID) throws(Errno) {
        pass(.sync, file)
        try base.sync(file)
    }
}
