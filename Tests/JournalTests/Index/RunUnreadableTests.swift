import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Runs that the device cannot read, or that cannot be made again at once.
@Suite(.tags(.crash)) struct RunUnreadableTests {
    /// A journal with some runs, and the path of the first.
    private static func filled(
        _ seed: UInt64 = 3
    ) throws -> (World, SimulatedDisk, Journal, String) {
        let disk = SimulatedDisk()
        let world = RemakeStage.world(disk, 1)
        let journal = try world.open()
        var stage = RemakeStage()
        try stage.fill(journal, seed)
        let first = try #require(RemakeStage.runs(journal).first)
        return (world, disk, journal, first.path)
    }

    /// What is told to whoever asks all runs.
    private static func failure(_ journal: Journal) -> StoreError? {
        do throws(ReadFailure) {
            _ = try journal.view.index.streams(prefix: "", after: nil, limit: 100, .mayBlock)
            _ = try journal.view.index.sizes(.mayBlock)
            return nil
        } catch {
            guard case .failed(let error) = error else { return nil }
            return error
        }
    }

    private static func cannotRead(_ path: String) -> FaultPlan {
        .fail(at: 1, with: .EIO, .forEver, only: [.read], path: path)
    }

    @Test func `What the device cannot read of a run is made again from the events`() throws {
        let (_, disk, journal, path) = try Self.filled()
        disk.plan = Self.cannotRead(path)
        let error = try #require(Self.failure(journal))
        #expect(error.code == .inputOutput && error.place?.hasPrefix(path) == true)
        #expect(error.remedy.contains("Ask again in a moment"))
        #expect(journal.stepIndex())
        try RemakeStage.audit(journal, disk, "made again")
        while journal.stepIndex() {}
        try RemakeStage.audit(journal, disk, "merged")
        #expect(!disk.files().contains(path))
    }

    @Test func `A merge that meets such a run has it made again`() throws {
        var tried = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let (_, disk, journal, _) = try Self.filled(seed)
            let runs = journal.view.index.parts.all.compactMap { part in
                if case .run(let run) = part { run } else { nil }
            }
            let range = IndexKeeper.mergeable(runs.map(\.size), merging: 2, least: 50)
            guard let last = range?.last else { continue }
            let path = runs[last].file.path
            disk.plan = Self.cannotRead(path)
            for _ in 0..<20 { _ = journal.writing!.keeper.work(merging: 2) }
            #expect(!disk.files().contains(path))
            try RemakeStage.audit(journal, disk, "merged")
            tried += 1
        }
        #expect(tried > 0)
    }

    @Test func `An opening makes it again, and verify names it`() throws {
        let (world, disk, journal, path) = try Self.filled()
        journal.close()
        disk.plan = Self.cannotRead(path)
        let found = try Verifier.verify(world.environment(), progress: { _, _ in }).findings
        #expect(found.count == 1 && found[0].isHarmless && found[0].place.hasPrefix(path))
        disk.plan = Self.cannotRead(path)
        let again = try RemakeStage.world(disk, 2).open()
        #expect(again.notes.contains { $0.contains(path) })
        #expect(!disk.files().contains(path))
        try RemakeStage.audit(again, disk, "opened again")
    }

    @Test func `Runs behind one that could not be made again are merged`() throws {
        let (world, disk, journal, path) = try Self.filled()
        let keeper = try #require(journal.writing).keeper
        let now = world.time.bootNanoseconds()
        keeper.state.withLock { $0.unmendable[path, default: FailedRemake()].fail("why", at: now) }
        func sizes() -> [Int] { RemakeStage.sizes(journal) }
        func due(_ sizes: [Int]) -> Range<Int>? {
            IndexKeeper.mergeable(
                sizes, merging: world.options.indexMergeRuns,
                least: world.options.indexRunEventsMin)
        }
        func append() throws {
            try RemakeStage.appendEvent(to: journal)
            while journal.stepIndex() {}
        }
        for _ in 0..<4000 where due(sizes())?.lowerBound != 0 { try append() }
        try #require(due(sizes())?.lowerBound == 0, "it would be merged if it could be made again")
        for _ in 0..<400 { try append() }
        #expect(RemakeStage.runs(journal).first?.path == path)
        #expect(due(Array(sizes().dropFirst())) == nil)
        // It is made again as soon as that may be tried, and merged with the others.
        world.time.advance(microseconds: 1_000_000)
        #expect(!journal.stepIndex())
        while journal.stepIndex() {}
        #expect(!disk.files().contains(path))
        #expect(due(sizes()) == nil)
    }

    @Test func `Whoever meets a run while it is made again does not have it tried twice`() throws {
        let simulated = SimulatedDisk()
        let disk = WatchedDisk(simulated, tellsOf: [.read])
        let journal = try World(disk, options: RemakeStage.world(simulated, 1).options).open()
        var stage = RemakeStage()
        try stage.fill(journal, 3)
        let path = try #require(RemakeStage.runs(journal).first).path
        simulated.plan = .fail(at: 1, with: .ENOSPC, .forEver, only: [.write], path: "/index/")
        #expect(journal.view.index.repair(path) == .underWay)
        let counts = Mutex((reads: 0, met: 0))
        disk.onCall { _ in
            let remaking = journal.view.index.repair(path)
            counts.withLock { counts in
                counts.reads += 1
                if remaking == .underWay { counts.met += 1 }
            }
        }
        #expect(!journal.stepIndex())
        let before = counts.withLock { $0 }
        #expect(before.met > 0)
        #expect(!journal.stepIndex())
        #expect(counts.withLock { $0.reads } == before.reads, "it was tried again at once")
        disk.onCall(nil)
        #expect(journal.view.index.repair(path) != .underWay)
    }

    @Test func `While a journal is opened, a damaged run waits for the end of that`() throws {
        let (_, disk, journal, path) = try Self.filled()
        let keeper = try #require(journal.writing).keeper
        let segments = keeper.journal.withLock { journal in
            defer { journal.segments = nil }
            return journal.segments
        }
        try RemakeStage.damage(path, disk, journal)
        #expect(!keeper.work(merging: 2), "nothing can be made again, and nothing is merged")
        #expect(!keeper.state.withLock { $0.isFailing })
        keeper.journal.withLock { $0.segments = segments }
        #expect(keeper.work(merging: 2))
        #expect(!disk.files().contains(path))
        try RemakeStage.audit(journal, disk, "made again")
    }

    @Test func `A part that cannot be written beside a run made again is told of at once`() throws {
        let (_, disk, journal, _) = try Self.filled()
        let keeper = try #require(journal.writing).keeper
        // The last run is made again in one piece.
        while try keeper.writeNext() {}
        let count = RemakeStage.runs(journal).count
        while journal.view.index.partsInMemory == 0 { try RemakeStage.appendEvent(to: journal) }
        _ = try keeper.writeNext()
        let last = try #require(RemakeStage.runs(journal).last)
        #expect(RemakeStage.runs(journal).count == count + 1)
        while journal.view.index.partsInMemory == 0 { try RemakeStage.appendEvent(to: journal) }
        try RemakeStage.damage(last.path, disk, journal)
        // Each run is looked for. Then one is made and opened; the next one is that of the part.
        let looks = RemakeStage.runs(journal).count
        disk.plan = .fail(at: looks + 3, with: .ENOSPC, only: [.open], path: "/index/")
        #expect(keeper.work(merging: .max))
        #expect(RemakeStage.runs(journal).count == count + 1)
        #expect(keeper.state.withLock { $0.isFailing })
        #expect(journal.view.index.partsInMemory == 1)
        #expect(keeper.work(merging: .max))
        #expect(!keeper.state.withLock { $0.isFailing })
        #expect(journal.view.index.partsInMemory == 0)
        try RemakeStage.audit(journal, disk, "written")
    }

    @Test func `A run that could not be made again is tried again, ever less often`() throws {
        let (world, disk, journal, path) = try Self.filled()
        disk.plan =
            Self.cannotRead(path)
            + .fail(at: 1, with: .ENOSPC, .forEver, only: [.write], path: "/index/")
        var waited: [Int] = []
        for _ in 0..<4 {
            let error = try #require(Self.failure(journal))
            #expect(error.remedy.contains("Ask again in a moment"))
            #expect(!journal.stepIndex(), "it cannot be written")
            var seconds = 0
            while let error = Self.failure(journal), error.why.contains("could not be made anew") {
                #expect(error.why.contains("No space left"))
                #expect(error.remedy.contains("tried again"))
                #expect(!journal.stepIndex(), "it is not tried meanwhile")
                world.time.advance(microseconds: 1_000_000)
                seconds += 1
                try #require(seconds < 100)
            }
            waited.append(seconds)
        }
        #expect(waited == [1, 2, 4, 8])
        disk.plan = Self.cannotRead(path)
        #expect(journal.stepIndex())
        #expect(Self.failure(journal) == nil)
        try RemakeStage.audit(journal, disk, "made again")
    }
}
