import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A short journal of whose index something is gone, and how it is made again.
struct LostIndex: Sendable {
    enum Loss: String, CaseIterable, Sendable {
        /// A run of several pieces is damaged while the journal is open: whoever reads finds out.
        case damagedRun
        /// There are no runs when it is opened.
        case noRuns
        /// Nor the files beside the segments.
        case nothingDerived
        /// Runs are there, and none of them can be opened.
        case unreadableRuns
    }

    /// What came of making it again.
    struct Work {
        let disk: SimulatedDisk
        let world: World
        /// What it ended with; nil where it could not be opened.
        var journal: Journal?
        var refusal: StoreError?
        /// Appends made beside it that were answered.
        var acknowledged = 0
        /// Calls on the disk before those that the plan is about.
        var callsBefore = 0
        /// Paths of the runs there were before, and are in the end.
        var runs: (before: [String], after: [String]) = ([], [])
    }

    static let appended = 2

    let loss: Loss
    /// What the journal holds.
    let scan: StoreScan
    /// Where the events of each stream lie.
    private let streams: [(name: String, positions: [Position])]
    private let disk: SimulatedDisk
    private let damaged: String

    init(_ loss: Loss) throws {
        self.loss = loss
        disk = SimulatedDisk()
        let journal = try Self.world(disk, 1).open()
        var values = RemakeStage()
        for round in 0..<5 {
            for number in 0..<4 {
                var event = Event(
                    id: EventID(high: 8, low: UInt64(10 * round + number)),
                    type: number % 3 == 0 ? "opened" : "moved",
                    data: Array(repeating: 7, count: 1200))
                event.tags = ["customer:\(number % 2)"]
                try journal.append(Append([event], to: "account-\(number % 3)"))
                while journal.stepPreparing() {}
            }
            // In the middle a segment without any event.
            try values.appendValues(round == 1 ? 30 : 4, to: journal)
            // The last ones are not merged.
            while journal.writing!.keeper.work(merging: round < 3 ? 2 : 100) {}
        }
        journal.close()
        scan = try StoreScan(disk)
        // In the same order from run to run.
        streams = Dictionary(grouping: scan.events) { $0.stream }
            .map { (name: $0.key, positions: $0.value.map(\.position)) }
            .sorted { $0.name < $1.name }
        // The first was merged of others, and is made again in pieces.
        damaged = RemakeStage.runs(journal)[0].path
        for path in disk.files() {
            switch loss {
            case .damagedRun: break
            case .noRuns: if path.contains("/index/") { try disk.lose(path) }
            case .nothingDerived:
                let isBeside = path.hasSuffix(".offsets") || path.hasSuffix(".ids")
                if isBeside || path.contains("/index/") { try disk.lose(path) }
            case .unreadableRuns:
                if path.contains("/index/") {
                    try disk.flipBit(path, try disk.bytes(path).count - 10, 1)
                }
            }
        }
    }

    private static func world(_ disk: SimulatedDisk, _ seed: UInt64) -> World {
        var options = JournalOptions.small
        options.indexRunEventsMin = 6
        return World(disk, seed: seed, options: options)
    }

    /// How many calls of some kinds are made where nothing goes wrong.
    func count(_ kinds: Set<DiskCall.Kind>) throws -> Int {
        let work = try self.work(.none)
        return work.disk.calls.count { $0.number > work.callsBefore && kinds.contains($0.kind) }
    }

    func work(_ plan: FaultPlan) throws -> Work {
        let copy = disk.copy()
        var work = Work(disk: copy, world: Self.world(copy, 2))
        do throws(StoreError) {
            if loss == .damagedRun {
                let journal = try work.world.open()
                work.journal = journal
                work.runs.before = RemakeStage.runs(journal).map(\.path)
                try? RemakeStage.flip(damaged, copy)
                work.callsBefore = copy.callCount
                copy.plan = plan
            } else {
                copy.plan = plan
                work.journal = try work.world.open()
            }
        } catch {
            work.refusal = error
        }
        if let journal = work.journal { try goOn(journal, &work) }
        return work
    }

    /// Asks, which has a damaged run made again, writes the index, and appends.
    private func goOn(_ journal: Journal, _ work: inout Work) throws {
        try look(journal)
        while journal.stepIndex() {}
        try look(journal)
        for number in 0..<Self.appended {
            if work.disk.hasCrashed || journal.failure != nil { break }
            var event = Event(type: "moved", data: Array(repeating: 9, count: 5000))
            event.id = EventID(high: 9, low: UInt64(number))
            let answer = try journal.submit(Append([event], to: "account-1"))
            for _ in 0..<8 where answer.result == nil { journal.step() }
            if answer.appended == nil { break }
            work.acknowledged += 1
            while journal.stepPreparing() {}
        }
        while journal.stepIndex() {}
        work.runs.after = RemakeStage.runs(journal).map(\.path)
    }

    /// Whatever the index answers meanwhile is right.
    private func look(_ journal: Journal) throws {
        for (stream, expected) in streams {
            let found: [Position]
            do throws(ReadFailure) {
                found = try Self.positions(stream, expected.count, journal)
            } catch {
                continue
            }
            try require(found == expected, "\(stream) lies at \(found), not \(expected)")
        }
    }

    /// Where the first events of a stream lie, of which the oldest part of the index has some.
    private static func positions(
        _ stream: String, _ count: Int, _ journal: Journal
    ) throws(ReadFailure) -> [Position] {
        try journal.view.index.positions(
            stream: stream, revisions: 0..<Revision(count), .mayBlock
        ).positions
    }

    /// What an image holds is what was there, and at least so much of what was appended; an opening and what follows
    /// make the index whole, and leave nothing behind.
    func check(_ image: SimulatedDisk, atLeast acknowledged: Int, _ what: String) throws {
        let journal: Journal
        do throws(StoreError) { journal = try Self.world(image, 3).open() } catch {
            throw Discrepancy("\(what): it is not opened: \(error)")
        }
        try checkContent(journal, image, atLeast: acknowledged, what)
        try require(!journal.runs.isEmpty, "\(what): no run was made again")
        try journal.closeWhole(on: image, verifiedBy: Self.world(image, 4), what)
    }

    /// Reads and index answer as the files say, once whatever is damaged was made again.
    func checkContent(
        _ journal: Journal, _ disk: SimulatedDisk, atLeast acknowledged: Int, _ what: String
    ) throws {
        // Each look tells of one run that is damaged.
        for _ in 0...RemakeStage.runs(journal).count {
            do throws(ReadFailure) {
                for (stream, expected) in streams {
                    _ = try Self.positions(stream, expected.count, journal)
                }
                break
            } catch {
                guard case .failed(let failure) = error, loss == .damagedRun,
                    [.corrupt, .inputOutput].contains(failure.code),
                    failure.place?.contains("/index/") == true
                else { throw Discrepancy("\(what): \(error)") }
            }
            while journal.stepIndex() {}
        }
        while journal.stepIndex() {}
        let scan = try StoreScan(disk)
        let events = scan.events
        try require(scan.problems.isEmpty, "\(what): \(scan.problems)")
        try require(try journal.readAll() == events, "\(what): readers get something else")
        try IndexAudit(scan, journal.view.index).check(what)
        let known = self.scan.events
        let counts = known.count + acknowledged...known.count + Self.appended
        try require(
            counts.contains(events.count) && events.starts(with: known),
            "\(what): \(events.count) events, of \(counts)")
    }
}
