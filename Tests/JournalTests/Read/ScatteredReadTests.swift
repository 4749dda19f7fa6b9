import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Events here and there, of which some are in memory, and some are not.
@Suite struct ScatteredReadTests {
    private let disk = AbsentDisk(MemoryDisk(), watching: ["/segments/", "/index/"])

    /// Ten events of one stream, far apart, in several segments; opened anew, nothing of it in memory.
    private func scattered(
        offsetsInMemory: Bool, mergesIndex: Bool = true
    ) throws -> (Journal, [Position]) {
        var options = JournalOptions.tiny
        if !mergesIndex { options.indexMergeRuns = 100 }
        options.readGapBytes = 256
        options.readBatchBytes = 64 << 10
        options.readScatteredEventsMax = 64
        options.openFilesMax = 64
        options.offsetsInMemoryBytesMax = offsetsInMemory ? 1 << 20 : 0
        let world = World(disk, options: options)
        let journal = try world.open()
        for number in 0..<100 {
            let stream = number.isMultiple(of: 10) ? "account-1" : "account-2"
            try journal.append(String(repeating: "x", count: 900), to: stream)
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        journal.close()
        let opened = try world.open()
        let look = try opened.view.look(at: "account-1", backwards: false, limit: 10, .mayBlock)
        let found = try look.positions(in: 1...100, .mayBlock)
        let positions = try #require(found).positions
        try #require(positions.count == 10 && opened.view.allSegments.count > 4)
        disk.forget()
        return (opened, positions)
    }

    private static func isOffsets(_ call: AbsentDisk.Call) -> Bool {
        switch call {
        case .asked(let path, _), .waited(let path, _): path.hasSuffix(".offsets")
        }
    }

    /// Whether all that was waited for was asked for first, and all was asked for before anything was waited for.
    private static func isAtOnce(_ calls: [AbsentDisk.Call]) -> Bool {
        var asked: Set<AbsentDisk.Call> = []
        var waited = 0
        for call in calls {
            switch call {
            case .asked:
                if waited > 0 { return false }
                asked.insert(call)
            case .waited(let path, let page):
                waited += 1
                if !asked.contains(.asked(path: path, page: page)) { return false }
            }
        }
        return waited > 1
    }

    @Test func `What is not in memory is asked for at once, and then waited for`() throws {
        let (journal, positions) = try scattered(offsetsInMemory: true)
        // Where the events lie is known, and nothing else.
        for position in positions { _ = try journal.view.batch(at: [position], .mayBlock) }
        disk.forget()
        let batch = try journal.view.batch(at: positions, .mayBlock)
        #expect(batch.events.map(\.position) == positions)
        #expect(batch.events.map(\.revision) == Array(0..<10))
        let calls = disk.calls
        #expect(!calls.contains(where: Self.isOffsets))
        #expect(Self.isAtOnce(calls), "\(calls)")
        disk.forgetCalls()
        _ = try journal.view.batch(at: positions, .mayBlock)
        #expect(disk.calls.isEmpty, "what is in memory is not asked for")
    }

    @Test func `So are the offsets, where they are not in memory`() throws {
        let (journal, positions) = try scattered(offsetsInMemory: false)
        // The files of offsets are open, and what stands before the offsets is known.
        for position in positions { _ = try journal.view.batch(at: [position], .mayBlock) }
        disk.forget()
        let batch = try journal.view.batch(at: positions, .mayBlock)
        #expect(batch.events.map(\.position) == positions)
        let calls = disk.calls
        let (offsets, events) = (calls.filter(Self.isOffsets), calls.filter { !Self.isOffsets($0) })
        #expect(Self.isAtOnce(offsets), "\(offsets)")
        #expect(Self.isAtOnce(events), "\(events)")
        disk.forgetCalls()
        _ = try journal.view.batch(at: positions, .mayBlock)
        #expect(disk.calls.isEmpty)
    }

    @Test(arguments: [true, false])
    func `So are offsets of which nothing was read yet`(offsetsInMemory: Bool) throws {
        let (journal, positions) = try scattered(offsetsInMemory: offsetsInMemory)
        let batch = try journal.view.batch(at: positions, .mayBlock)
        #expect(batch.events.map(\.revision) == Array(0..<10))
        let offsets = disk.calls.filter(Self.isOffsets)
        let firstWaited = offsets.firstIndex { if case .waited = $0 { true } else { false } }
        let first = try #require(firstWaited)
        let paths = { (calls: ArraySlice<AbsentDisk.Call>) in
            Set(
                calls.map { call in
                    switch call {
                    case .asked(let path, _), .waited(let path, _): path
                    }
                })
        }
        #expect(paths(offsets[..<first]).isSuperset(of: paths(offsets[first...])))
        #expect(paths(offsets[first...]).count > 1)
    }

    @Test func `So is what each run of the index has of a stream`() throws {
        let (journal, positions) = try scattered(offsetsInMemory: true, mergesIndex: false)
        let look = try journal.view.look(at: "account-1", backwards: false, limit: 10, .mayBlock)
        #expect(try look.positions(in: 1...100, .mayBlock)?.positions == positions)
        let calls = disk.calls
        #expect(Self.isAtOnce(calls), "\(calls)")
        #expect(
            calls.contains {
                if case .waited(let path, _) = $0 { path.contains("/index/") } else { false }
            })
        disk.forget()
        #expect(throws: ReadFailure.self) {
            try journal.view.look(at: "account-1", backwards: false, limit: 10, .cachedOnly)
        }
        #expect(disk.calls.isEmpty)
    }

    @Test func `Where nothing may block nothing is asked for`() throws {
        let (journal, positions) = try scattered(offsetsInMemory: true)
        #expect(throws: ReadFailure.self) { try journal.view.batch(at: positions, .cachedOnly) }
        #expect(disk.calls.isEmpty)
        for position in positions { _ = try journal.view.batch(at: [position], .mayBlock) }
        let batch = try journal.view.batch(at: positions, .cachedOnly)
        #expect(batch.events.map(\.position) == positions)
    }

    @Test func `The last event of a journal is read, however much follows it`() throws {
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        #expect(try journal.view.batch(at: [1], .mayBlock).events.map(\.stream) == ["account-1"])
        let record = SystemRecord(owner: "o", key: "k", value: [UInt8](repeating: 7, count: 200))
        for _ in 0..<40 {
            var append = Append()
            append.records = [record]
            try journal.append(append)
        }
        let segment = try #require(journal.view.segment(of: 1))
        #expect(segment.usedBytes > journal.options.readGapBytes)
        #expect(try journal.view.batch(at: [1], .mayBlock).events.map(\.stream) == ["account-1"])
    }
}
