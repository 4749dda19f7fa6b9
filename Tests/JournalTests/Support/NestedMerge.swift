import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization

@testable import DaybookJournal

/// A journal whose next step of the index is a merge, in the middle of which so many parts are filled that they are
/// written, and merged themselves, before it ends.
struct NestedMerge: Sendable {
    /// What came of it.
    struct Work {
        let disk: SimulatedDisk
        let world: World
        let journal: Journal
        /// Appends of one event that were sent, and those of them that were answered, by number.
        var sent = 0
        var acknowledged: [Int] = []
        /// Calls on the disk before the merge, and before what follows it.
        var calls: (before: Int, after: Int) = (0, 0)
    }

    /// Parts that are filled in the middle.
    static let parts = 3

    /// Events that there are before.
    let known: Int
    private let disk = SimulatedDisk()

    init() throws {
        let journal = try Self.world(disk, 1).open()
        var number = 0
        while !Self.isReady(journal) {
            try require(number < 300, "there is no merge to come")
            if !journal.stepIndex() {
                try journal.append(Self.append(number))
                while journal.stepPreparing() {}
                number += 1
            }
        }
        known = number
        journal.close()
    }

    private static func world(_ disk: any Disk, _ seed: UInt64) -> World {
        World(disk, seed: seed, options: .small)
    }

    private static func append(_ number: Int) -> Append {
        var event = Event(
            id: EventID(high: 8, low: UInt64(number)),
            type: number % 3 == 0 ? "opened" : "moved", data: Array(repeating: 7, count: 1400))
        event.tags = ["customer:\(number % 2)", "number:\(number)"]
        return Append([event], to: "account-\(number % 3)")
    }

    /// Whether the next step is a merge of merged runs, more than twice as large as the parts that come.
    private static func isReady(_ journal: Journal) -> Bool {
        if journal.view.index.partsInMemory > 0 { return false }
        let options = journal.options
        let sizes = journal.runs.map(\.size)
        let range = IndexKeeper.mergeable(
            sizes, merging: options.indexMergeRuns, least: options.indexRunEventsMin)
        let least = options.indexRunEventsMin * options.indexMergeRuns
        return range.map { sizes[$0].allSatisfy { $0 >= least } } ?? false
    }

    /// How many calls of some kinds are made where nothing goes wrong.
    func count(_ kinds: Set<DiskCall.Kind>) throws -> Int {
        let work = try self.work(.none)
        return work.disk.calls.count { $0.number > work.calls.before && kinds.contains($0.kind) }
    }

    /// Merges, fills parts meanwhile, and goes on for a while.
    func work(_ plan: FaultPlan) throws -> Work {
        let copy = disk.copy()
        let watched = WatchedDisk(copy, tellsOf: [.read])
        let world = Self.world(watched, 2)
        let journal = try world.open()
        try require(Self.isReady(journal), "the merge did not wait for the opening")
        let work = Mutex(Work(disk: copy, world: world, journal: journal))
        work.withLock { $0.calls.before = copy.callCount }
        copy.plan = plan
        watched.onCall { [known] _ in
            watched.onCall(nil)
            work.withLock { work in
                for _ in 0..<60 where journal.view.index.partsInMemory < Self.parts {
                    if !Self.goOn(&work, from: known) { return }
                }
            }
        }
        _ = journal.stepIndex()
        watched.onCall(nil)
        return work.withLock { work in
            work.calls.after = copy.callCount
            _ = Self.goOn(&work, from: known)
            while journal.stepIndex() {}
            return work
        }
    }

    /// Appends one event; false where nothing more can be appended.
    private static func goOn(_ work: inout Work, from known: Int) -> Bool {
        if work.disk.hasCrashed || work.journal.failure != nil { return false }
        let number = known + work.sent
        guard let answer = try? work.journal.submit(append(number)) else { return false }
        work.sent += 1
        for _ in 0..<8 where answer.result == nil { work.journal.step() }
        if answer.appended == nil { return false }
        work.acknowledged.append(number)
        while work.journal.stepPreparing() {}
        return true
    }

    /// What an image holds is what was there, and what was appended as far as it was acknowledged; an opening and what
    /// follows make the index whole, and leave nothing behind.
    func check(_ image: SimulatedDisk, _ work: Work, _ what: String) throws {
        let journal: Journal
        do throws(StoreError) { journal = try Self.world(image, 3).open() } catch {
            throw Discrepancy("\(what): it is not opened: \(error)")
        }
        while journal.stepIndex() {}
        try checkContent(journal, image, work, what)
        try journal.closeWhole(on: image, verifiedBy: Self.world(image, 4), what)
    }

    /// Reads and index answer as the files say.
    func checkContent(
        _ journal: Journal, _ disk: SimulatedDisk, _ work: Work, _ what: String
    ) throws {
        let scan = try StoreScan(disk)
        let events = scan.events
        try require(scan.problems.isEmpty, "\(what): \(scan.problems)")
        try require(try journal.readAll() == events, "\(what): readers get something else")
        try IndexAudit(scan, journal.view.index).check(what)
        let numbers = events.map { Int($0.id.low) }
        let isInOrder = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        let missing = Set(Array(0..<known) + work.acknowledged).subtracting(numbers)
        try require(
            isInOrder && missing.isEmpty && numbers.last ?? 0 < known + work.sent,
            "\(what): there are \(numbers), and \(missing) are missing")
    }
}
