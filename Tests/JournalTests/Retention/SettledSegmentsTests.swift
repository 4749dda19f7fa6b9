import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Segments in which nothing can have changed are not read again by the next compaction.
@Suite struct SettledSegmentsTests {
    /// A journal of some segments, each with a stream of its own and some events of `everywhere-1`; compacted once.
    private struct Stage {
        let disk = SimulatedDisk()
        let world: World
        let journal: Journal
        let segments: Int

        init(metadata: StreamMetadata? = nil) throws {
            world = World(disk, options: .small)
            journal = try world.open()
            if let metadata { try journal.set(metadata, of: "everywhere-1") }
            for number in 0..<100 {
                try journal.append(
                    String(repeating: "x", count: 300),
                    to: number % 5 == 0 ? "everywhere-1" : "order-\(number / 20)")
            }
            let first = try journal.compactAll()
            try require(first.isComplete && first.segmentsSettled == 0, "it is the first")
            segments = first.segmentsTotal
        }

        func compact(compresses: Bool = false) throws -> Compaction.Report {
            try journal.compact(Compaction.Options(takesAll: true, compresses: compresses))
        }
    }

    @Test func `Where nothing was said nothing is read`() throws {
        let stage = try Stage()
        #expect(stage.segments > 3)
        for _ in 0..<2 {
            try stage.journal.append("more", to: "everywhere-1")
            let again = try stage.compact()
            #expect(again.segmentsSettled == stage.segments && again.segmentsRead == 0)
            #expect(again.isComplete)
        }
        // Also by another process, and not where it is to compress.
        stage.journal.close()
        let reopened = try World(stage.disk, seed: 2, options: .small).open()
        #expect(try reopened.compact().segmentsSettled == stage.segments)
        let compressing = try reopened.compactAll(compressing: true)
        #expect(compressing.segmentsSettled == 0 && compressing.segmentsRead >= stage.segments)
    }

    @Test(arguments: ["metadata", "soft", "tombstone"])
    func `Only segments with events of a stream of which something was said are read`(
        said: String
    ) throws {
        let stage = try Stage()
        let stream = "order-1"
        switch said {
        case "metadata": try stage.journal.set(StreamMetadata(truncateBefore: 5), of: stream)
        case "soft": try stage.journal.delete(stream, .soft)
        default: try stage.journal.delete(stream, .tombstone)
        }
        let report = try stage.compact()
        #expect(report.eventsRemoved == (said == "metadata" ? 5 : 16))
        #expect(report.segmentsRead >= 1 && report.segmentsRead <= 2)
        #expect(report.segmentsSettled == stage.segments - report.segmentsRead)
        // What was written again is settled as well.
        #expect(try stage.compact().segmentsRead == 0)
    }

    @Test func `What goes by later events, or with time, goes without a word`() throws {
        for metadata in [StreamMetadata(maxCount: 3), StreamMetadata(maxAgeSeconds: 1000)] {
            let stage = try Stage(metadata: metadata)
            stage.world.time.advance(microseconds: 2_000_000_000)
            for _ in 0..<3 { try stage.journal.append("more", to: "everywhere-1") }
            let report = try stage.compact()
            #expect(report.eventsRemoved == (metadata.maxCount == nil ? 20 : 3))
            #expect(
                try StoreScan(stage.disk).events.count {
                    $0.stream == "everywhere-1" && !$0.data.isEmpty
                } == 3)
        }
    }

    @Test func `What was left because it was little is not settled`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<60 {
            try journal.append(
                String(repeating: "x", count: 300), to: number == 3 ? "small-1" : "large-1")
        }
        try journal.delete("small-1", .soft)
        #expect(try journal.compact().eventsLeft == 1)
        let all = try journal.compactAll()
        #expect(all.eventsRemoved == 1 && all.segmentsSettled > 0)
    }

    @Test func `Where too much was said all is read`() throws {
        let stage = try Stage()
        for number in 0...Compaction.saidMax {
            try stage.journal.set(StreamMetadata(maxCount: 1), of: "elsewhere-\(number)")
        }
        let report = try stage.compact()
        #expect(report.segmentsSettled == 0 && report.segmentsRead >= stage.segments)
    }
    @Test func `Where a copy is lost, and what it was made of serves, that is compacted again`()
        throws
    {
        let stage = try Stage()
        try stage.journal.delete("order-1", .soft)
        let before = stage.disk.copy()
        #expect(try stage.compact().eventsRemoved == 16)
        #expect(try stage.compact().segmentsRead == 0)
        stage.journal.close()
        for path in stage.disk.files() where path.hasSuffix(".1") {
            try stage.disk.lose(path)
            let former = path.dropLast(2) + ".0"
            try stage.disk.replace(String(former), with: try before.bytes(String(former)))
        }
        let reopened = try World(stage.disk, seed: 2, options: .small).open()
        let scan = try StoreScan(stage.disk)
        #expect(scan.stubs.isEmpty && scan.problems == [])
        let again = try reopened.compactAll()
        #expect(again.eventsRemoved == 16 && again.segmentsRead < stage.segments)
        #expect(try StoreScan(stage.disk).stubs.count == 16)
    }
}
