import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A journal read append by append, and made again.
@Suite struct ExactCopyTests {
    private func appends(_ disk: SimulatedDisk) throws -> [[RecordedEvent]] {
        var appends: [[RecordedEvent]] = []
        try ExactReader(of: World(disk, seed: 8).environment()).forEachAppend { batch in
            appends.append(batch.indices.map { RecordedEvent(batch.view(at: $0)) })
        }
        return appends
    }

    private func writer(_ disk: any Disk, of original: StoreScan) throws -> ExactWriter {
        let manifest = try #require(original.manifest)
        return try ExactWriter.begin(
            in: World(disk, seed: 9).environment(), journal: manifest.journal,
            createdAt: Timestamp(microseconds: manifest.createdAt), options: .tiny)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `It has the same events, times and boundaries, and another epoch`(seed: UInt64) throws {
        let original = try Original(
            seed: seed, operations: 130, closes: seed.isMultiple(of: 2))
        let expected = original.scan.appends.map(\.events).filter { !$0.isEmpty }
        #expect(try appends(original.disk) == expected)
        let copy = SimulatedDisk()
        var writer = try writer(copy, of: original.scan)
        for append in expected { try writer.add(append) }
        try writer.finish()
        #expect(try appends(copy) == expected)
        let manifest = try #require(StoreScan(copy).manifest)
        #expect(manifest.journal == original.scan.manifest?.journal)
        #expect(manifest.epoch != original.scan.manifest?.epoch)
        #expect(manifest.segments.count > 1)
        let verified = try Verifier.verify(World(copy).environment()) { _, _ in }
        #expect(verified.findings == [])
        let journal = try World(copy, seed: 4).open(createIfMissing: false)
        let next = try journal.append("goes on", to: "account-1")
        #expect(next.firstPosition == Position(original.scan.events.count) + 1)
    }

    @Test func `What does not follow is refused, and nothing is left`() throws {
        let original = try Original(seed: 2)
        let good = original.scan.appends.map(\.events).filter { !$0.isEmpty }
        let many = try #require(good.firstIndex { $0.count > 1 })
        func refusal(_ spoil: (inout [[RecordedEvent]]) -> Void) throws -> StoreError? {
            var appends = good
            spoil(&appends)
            let disk = SimulatedDisk()
            var writer = try writer(disk, of: original.scan)
            do throws(StoreError) {
                for append in appends { try writer.add(append) }
            } catch {
                writer.discard()
                let left = #expect(throws: StoreError.self) { try World(disk).openReadOnly() }
                #expect(left?.code == .notFound)
                return error
            }
            return nil
        }
        func moved(_ event: RecordedEvent, revision: Revision = 0, later: Int64 = 0)
            -> RecordedEvent
        {
            RecordedEvent(
                stream: event.stream, revision: event.revision + revision,
                position: event.position,
                recordedAt: Timestamp(microseconds: event.recordedAt.microseconds + later),
                event: event.event)
        }
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.remove(at: 3) }?.why.contains("has to follow") == true)
        #expect(try refusal { $0.swapAt(3, 4) }?.position == good[4][0].position)
        #expect(try refusal { $0.insert($0[3], at: 3) }?.position == good[3][0].position)
        #expect(
            try refusal { $0[5][0] = moved($0[5][0], revision: 1) }?.why.contains("revision")
                == true)
        #expect(
            try refusal { $0[many][1] = moved($0[many][1], later: 1) }?.why
                .contains("the same time") == true)
        #expect(
            try refusal { $0[4] = $0[4].map { moved($0, later: 1 << 50) } }?.why
                .contains("never go back") == true)
    }

    @Test(.tags(.crash)) func `A crash at any call leaves no store, or a whole one`() throws {
        let original = try Original(seed: 4, operations: 40)
        let expected = original.scan.appends.map(\.events).filter { !$0.isEmpty }
        for call in 1...2000 {
            let disk = SimulatedDisk(plan: .crash(at: call))
            try? copy(expected, to: disk, original.scan)
            if !disk.hasCrashed { return #expect(call > 20) }
            for image in CrashSweepTests.Image.all(of: disk, seeds: 0..<2) {
                do throws(StoreError) {
                    let journal = try World(image.disk.copy(), seed: 3).openReadOnly()
                    journal.close()
                } catch {
                    try require(
                        error.code == .notFound
                            || error.place == JournalPaths(name: "main").unfinished,
                        "call \(call), \(image.name): \(error)")
                    try copy(expected, to: image.disk, original.scan)
                }
                try require(
                    try appends(image.disk) == expected,
                    "call \(call), \(image.name): something else is there")
            }
        }
        Issue.record("the import has no end")
    }

    @Test(.tags(.crash), arguments: FaultSweepTests.Kind.all, CopyStage.History.allCases)
    func `An error at any call leaves no store, or a whole one`(
        kind: FaultSweepTests.Kind, history: CopyStage.History
    ) throws {
        let original = try CopyStage.of(history)
        let expected = try original.late.exactAppends()
        let scan = original.scans.late
        let clean = SimulatedDisk()
        try copy(expected, to: clean, scan)
        #expect(clean.count(.all) > 20)
        for call in 1...clean.count(kind.kinds) {
            let disk = SimulatedDisk(plan: kind.plan(call))
            let what = "\(history), \(kind) at \(call)"
            var failure: StoreError?
            do { try copy(expected, to: disk, scan) } catch {
                failure = try #require(error as? StoreError)
            }
            try require(disk.faultCount > 0, "\(what): the fault was not reached")
            if let failure {
                try require(
                    [.inputOutput, .diskFull].contains(failure.code), "\(what): \(failure)")
            }
            disk.plan = .none
            if failure != nil && disk.faultCount == 1 {
                // A lock that could not be taken may be that of another process.
                let left = try disk.list("").filter { $0 != JournalPaths.storeLock }
                try require(left.isEmpty, "\(what): \(left) is left")
            }
            for image in [disk.copy(), disk.afterPowerCutLosingAllUnsynced()] {
                do throws(StoreError) {
                    try World(image.copy(), seed: 3).openReadOnly().close()
                } catch {
                    let isNone =
                        error.code == .notFound
                        || error.place == JournalPaths(name: "main").unfinished
                    try require(isNone && failure != nil, "\(what): \(error)")
                    try copy(expected, to: image, scan)
                }
                try require(
                    try image.exactAppends() == expected, "\(what): something else is there")
                let found = try Verifier.verify(World(image).environment()) { _, _ in }
                try require(found.findings.isEmpty, "\(what): \(found.findings)")
            }
        }
    }

    private func copy(
        _ appends: [[RecordedEvent]], to disk: SimulatedDisk, _ scan: StoreScan
    ) throws {
        try copy(appends.map { $0.map { ExactEvent($0) } }, to: disk, scan)
    }

    /// As an import does: what cannot be finished is given up.
    private func copy(
        _ appends: [[ExactEvent]], to disk: SimulatedDisk, _ scan: StoreScan
    ) throws {
        var writer = try writer(disk, of: scan)
        do {
            for append in appends { try writer.add(append) }
            try writer.finish()
        } catch {
            writer.discard()
            throw error
        }
    }
}
