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

    private static func runs(_ journal: Journal) -> [Run] {
        journal.view.index.parts.all.compactMap { part in
            if case .run(let run) = part { run } else { nil }
        }
    }

    /// Appends and writes runs until the next step is a merge of so many events.
    private static func fill(_ journal: Journal, untilMerging events: Int) throws {
        while true {
            let sizes = runs(journal).map(\.size)
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
        mergingBeside parts: Int, events: Int
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
                return
            }
            do {
                while journal.view.index.partsInMemory < parts { try append(to: journal) }
            } catch { Issue.record(error) }
        }
        return (journal, simulated)
    }

    @Test func `Parts that wait are written between two steps of a merge`() throws {
        let (journal, disk) = try Self.journal(mergingBeside: 2, events: 1)
        let before = Self.runs(journal).count
        #expect(journal.stepIndex())
        let runs = Self.runs(journal)
        #expect(runs.count == before - journal.options.indexMergeRuns + 1 + 2)
        #expect(journal.view.index.partsInMemory == 0, "they waited for the end of the merge")
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
    }

    @Test func `Smaller merges that are due go first`() throws {
        let (journal, disk) = try Self.journal(mergingBeside: 3, events: 36)
        let before = Self.runs(journal).count
        #expect(journal.stepIndex())
        let runs = Self.runs(journal)
        #expect(runs.count == before - 3 + 1 + 1, "three runs that became one, and three parts")
        #expect(runs[runs.count - 2].size >= 36)
        #expect(
            disk.files().count { $0.contains("/index/") } == runs.count, "nothing else is left")
        try IndexAudit(try StoreScan(disk), journal.view.index).check("merged")
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

    @Test(.timeLimit(.minutes(2)))
    func `Beside appends a merge waits for its time, and parts do not wait for the merge`()
        throws
    {
        let disk = SimulatedDisk()
        var options = JournalOptions.small
        options.indexIdleNanoseconds = 1_000_000_000_000
        options.indexMergeBytesPerSecond = 1
        let time = HeldTime()
        var environment = World(disk).environment()
        environment.hasThreads = true
        environment.time = time
        let journal = try Journal.open(environment, options: options)
        defer { journal.close() }
        func append(until count: Int) throws {
            while journal.view.index.parts.all.count < count {
                let event = Self.event(journal.view.watermark.position)
                let encoded = try journal.encode(Append([event], to: "account-1"))
                _ = try journal.submitAndWait(encoded).get()
            }
        }
        /// Waits until so many runs are whole, and so many are being written.
        let nothing = Monitor(())
        func waits(whole: Int, aside: Int) -> Bool {
            for _ in 0..<30_000 {
                let files = disk.files().filter { $0.contains("/index/") }
                let asides = files.count { $0.hasSuffix(".new") }
                if files.count - asides == whole && asides == aside { return true }
                nothing.wait(
                    timeoutNanoseconds: 1_000_000, until: { _ in false }, then: { _, _ in })
            }
            return false
        }
        let count = options.indexMergeRuns
        try append(until: count)
        try #require(waits(whole: count, aside: 1), "no merge has begun")
        try append(until: count + 1)
        #expect(waits(whole: count + 1, aside: 1), "the part waits for the merge, or it is over")
        time.letGo()
        #expect(waits(whole: 2, aside: 0), "its time has come")
    }
}
