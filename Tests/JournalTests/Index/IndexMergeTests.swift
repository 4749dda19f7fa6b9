import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Merging beside appends: in small steps, at a bounded rate, and whatever waits goes first.
@Suite struct IndexMergeTests {
    /// With so many tags that a merge of some takes many steps.
    private static func event(_ number: Position) -> Event {
        var event = Event(type: "noted", data: [UInt8](repeating: 7, count: 2000))
        event.tags = Set((0..<60).map { "order:\(number)-\($0)" })
        return event
    }

    private static func append(to journal: Journal) throws {
        let event = event(journal.view.watermark.position)
        try journal.append(Append([event], to: "account-1"))
        while journal.stepPreparing() {}
    }

    /// Appends and writes runs until the next step is a merge of so many events.
    private static func fill(_ journal: Journal, untilMerging events: Int) throws {
        while true {
            let sizes = journal.runs.map(\.size)
            let range = IndexKeeper.mergeable(
                sizes, merging: journal.options.indexMergeRuns,
                least: journal.options.indexRunEventsMin)
            let isWritten = journal.view.index.partsInMemory == 0
            if isWritten, let range, sizes[range].reduce(0, +) >= events { return }
            try #require(sizes.reduce(0, +) < 1000)
            if !journal.stepIndex() { try append(to: journal) }
        }
    }

    /// A journal in the middle of whose next merge so many parts are filled.
    private static func journal(
        mergingBeside parts: Int, events: Int, meanwhile: FaultPlan = .none,
        afterwards: @escaping @Sendable (Journal) -> Void = { _ in }
    ) throws -> (Journal, SimulatedDisk) {
        let simulated = SimulatedDisk()
        let disk = WatchedDisk(simulated, tellsOf: [.read])
        let journal = try World(disk, options: .small).open()
        try fill(journal, untilMerging: events)
        let isDone = Mutex(false)
        disk.onCall { _ in
            if isDone.withLock({ isDone in
                defer { isDone = true }
                return isDone
            }) {
                return afterwards(journal)
            }
            do {
                while journal.view.index.partsInMemory < parts { try append(to: journal) }
                simulated.plan = meanwhile
            } catch { Issue.record(error) }
        }
        return (journal, simulated)
    }

    @Test func `Parts that wait are written between two steps of a merge`() throws {
        let (journal, disk) = try Self.journal(mergingBeside: 2, events: 1)
        let before = journal.runs.count
        #expect(journal.stepIndex())
        let runs = journal.runs
        #expect(runs.count == before - journal.options.indexMergeRuns + 1 + 2)
        #expect(journal.view.index.partsInMemory == 0, "they waited for the end of the merge")
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
    }

    @Test
    func `A part that cannot be written does not end the merge, and whoever waits hears of it`()
        throws
    {
        let isKnown = Mutex(false)
        let (journal, disk) = try Self.journal(
            mergingBeside: 2, events: 1,
            meanwhile: .fail(at: 1, with: .ENOSPC, only: [.open], path: "/index/")
        ) { journal in
            let isFailing = journal.writing!.keeper.state.withLock { $0.isFailing }
            isKnown.withLock { $0 = $0 || isFailing }
        }
        let before = journal.runs.count
        #expect(journal.stepIndex(), "the merge was thrown away")
        #expect(isKnown.withLock { $0 })
        #expect(journal.runs.count == before - journal.options.indexMergeRuns + 1)
        #expect(journal.view.index.partsInMemory == 2, "it was tried again within the merge")
        while journal.stepIndex() {}
        #expect(journal.view.index.partsInMemory == 0)
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
    }

    @Test func `Smaller merges that are due go first`() throws {
        let (journal, disk) = try Self.journal(mergingBeside: 3, events: 36)
        let before = journal.runs.count
        #expect(journal.stepIndex())
        let runs = journal.runs
        #expect(runs.count == before - 3 + 1 + 1, "three runs that became one, and three parts")
        #expect(runs[runs.count - 2].size >= 36)
        #expect(
            disk.files().count { $0.contains("/index/") } == runs.count, "nothing else is left")
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
    }

    @Test func `A smaller merge that fails does not end the one around it`() throws {
        let isKnown = Mutex(false)
        // The parts are written; nothing is begun any more.
        let (journal, disk) = try Self.journal(
            mergingBeside: 3, events: 36,
            meanwhile: .fail(at: 4, with: .ENOSPC, .forEver, only: [.open], path: ".new")
        ) { journal in
            let isFailing = journal.writing!.keeper.state.withLock { $0.isFailing }
            isKnown.withLock { $0 = $0 || isFailing }
        }
        let before = journal.runs.count
        #expect(journal.stepIndex(), "the merge was thrown away")
        #expect(isKnown.withLock { $0 }, "nobody hears of it")
        #expect(journal.runs.count == before - 3 + 1 + 3)
        #expect(disk.faultCount == 1, "it was tried again at every step")
        disk.plan = .none
        while journal.stepIndex() {}
        #expect(journal.runs.count <= before - 3 + 1 + 1)
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
    }

    @Test func `A damaged run behind a merge is made again in the middle of it`() throws {
        let damaged = Mutex<String?>(nil)
        let (journal, disk) = try Self.journal(mergingBeside: 3, events: 36) { journal in
            let runs = journal.runs
            guard damaged.withLock({ $0 }) == nil, runs.count == 3 + 3, let last = runs.last
            else { return }
            damaged.withLock { $0 = last.file.path }
            let disk = (journal.writing!.keeper.files.disk as! WatchedDisk).base
            for offset in 8..<40 { try? disk.flipBit(last.file.path, offset, 0) }
        }
        let before = journal.runs.count
        #expect(journal.stepIndex(), "the merge was thrown away")
        let path = try #require(damaged.withLock { $0 })
        #expect(!disk.files().contains(path))
        let runs = journal.runs
        #expect(runs.count == before - 3 + 1 + 1, "and the smaller merge was made then")
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
        while journal.stepIndex() {}
        #expect(
            disk.files().count { $0.contains("/index/") } == journal.runs.count,
            "nothing else is left")
    }

    /// Time that stands still until it is let go; then every look at it takes an hour.
    private final class HeldTime: TimeSource {
        private let state = Mutex((now: 1_000_000_000 as Int64, isHeld: true))

        func letGo() { state.withLock { $0.isHeld = false } }
        func wallMicroseconds() -> Int64 { 1_767_225_600_000_000 }
        func bootNanoseconds() -> Int64 {
            state.withLock { state in
                if !state.isHeld { state.now += 3_600_000_000_000 }
                return state.now
            }
        }
    }

    /// Counts the runs that get their names while another is being written.
    private final class NestingDisk: ForwardingDisk {
        let base: any Disk
        private let disk: SimulatedDisk
        private let nested = Mutex(0)

        init(_ disk: SimulatedDisk) {
            base = disk
            self.disk = disk
        }

        var count: Int { nested.withLock { $0 } }

        func rename(_ path: String, to target: String) throws(Errno) {
            if target.contains("/index/") {
                let others = disk.files().count {
                    $0.contains("/index/") && $0.hasSuffix(".new") && $0 != path
                }
                nested.withLock { $0 += others }
            }
            try base.rename(path, to: target)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `Beside appends a merge waits for its time, and parts do not wait for the merge`()
        throws
    {
        let disk = NestingDisk(SimulatedDisk())
        var options = JournalOptions.small
        options.indexIdleNanoseconds = 1_000_000_000_000
        options.indexMergeBytesPerSecond = 1
        let time = HeldTime()
        var environment = World(disk).environment()
        environment.hasThreads = true
        environment.time = time
        let journal = try Journal.open(environment, options: options)
        defer { journal.close() }
        let asked = Monitor(())
        for _ in 0..<600 where disk.count == 0 {
            let event = Self.event(journal.view.watermark.position)
            _ = try journal.submitAndWait(journal.encode(Append([event], to: "account-1"))).get()
            asked.wait(timeoutNanoseconds: 1_000_000, until: { _ in false }, then: { _, _ in })
        }
        #expect(disk.count > 0, "no part was written in the middle of a merge")
        time.letGo()
    }
}
