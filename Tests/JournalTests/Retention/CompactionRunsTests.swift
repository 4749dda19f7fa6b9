import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Compactions that are ended early, begun anew with other options, or meet appends.
@Suite struct CompactionRunsTests {
    /// Appends events of 300 bytes, the fourth of them to `small-1`.
    private static func fill(_ journal: Journal, _ events: Int) throws {
        for number in 0..<events {
            try journal.append(
                String(repeating: "x", count: 300), to: number == 3 ? "small-1" : "large-1")
        }
    }

    /// Compacts until so many segments were looked through.
    @discardableResult
    private static func compact(
        _ journal: Journal, _ options: Compaction.Options = Compaction.Options(),
        endingAfter segments: Int
    ) throws -> Compaction.Report {
        var read = 0
        return try journal.compact(
            options, isCancelled: { read >= segments }, progress: { read = $0.segmentsRead })
    }

    @Test func `One that takes all takes also what one that was ended has left`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try Self.fill(journal, 100)
        try journal.delete("small-1", .soft)
        let ended = try Self.compact(journal, endingAfter: 1)
        #expect(!ended.isComplete && ended.eventsLeft == 1 && ended.eventsRemoved == 0)
        let all = try journal.compactAll()
        #expect(!all.isResumed && all.isComplete && all.eventsRemoved == 1)
        #expect(try StoreScan(disk).stubs == [4])
    }

    @Test func `One is gone on with where the same is asked for, and nothing else`() throws {
        let options = [
            Compaction.Options(), Compaction.Options(takesAll: true),
            Compaction.Options(compresses: true),
            Compaction.Options(takesAll: true, compresses: true),
        ]
        for first in options {
            for second in options {
                let disk = SimulatedDisk()
                let journal = try World(disk, options: .small).open()
                try Self.fill(journal, 100)
                let ended = try Self.compact(journal, first, endingAfter: 1)
                let rest = try journal.compact(second)
                #expect(rest.isResumed == (first == second), "\(first), then \(second)")
                #expect((rest.point == ended.point) == rest.isResumed)
                let done = ended.segmentsRead
                let looked = rest.segmentsTotal + rest.segmentsSettled
                #expect(looked >= ended.segmentsTotal - (rest.isResumed ? done : 0))
            }
        }
    }

    @Test func `What is sealed for it is taken, whatever was appended meanwhile`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<12 {
            try journal.append(String(repeating: "x", count: 300), to: "gone-1")
        }
        try journal.delete("gone-1", .soft)
        // Submitted before the point, and decided with it.
        let answers = try (0..<40).map { number in
            try journal.submit(
                Append([Event(type: "noted", data: "\(number)")], to: "meanwhile-1"))
        }
        let report = try journal.compactAll()
        #expect(answers.allSatisfy { $0.appended != nil })
        #expect(report.isComplete && report.eventsRemoved == 12)
        let scan = try StoreScan(disk)
        #expect(scan.stubs == Set(1...12))
        #expect(scan.points.last == report.point)
        // Without appends there is one point.
        try journal.append("more", to: "gone-1")
        try journal.delete("gone-1", .soft)
        #expect(try journal.compactAll().eventsRemoved == 1)
        #expect(try StoreScan(disk).points.count == scan.points.count + 1)
    }

    @Test func `Runs that are ended again and again come to every segment`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try Self.fill(journal, 150)
        journal.askAhead()
        while journal.stepPreparing() {}
        let first = try Self.compact(journal, endingAfter: 1)
        #expect(first.segmentsTotal > 3 && !first.isComplete)
        for _ in 1..<first.segmentsTotal {
            // Something was said since, by which more would go: each run has a point of its own.
            try journal.set(StreamMetadata(maxCount: 1000), of: "large-1")
            #expect(try !Self.compact(journal, endingAfter: 1).isResumed)
        }
        let segments = try #require(StoreScan(disk).manifest?.segments)
        let looked = segments.filter { $0.compactedTo > 0 }
        #expect(looked.count == first.segmentsTotal, "\(segments.map(\.compactedTo))")
    }

    @Test func `What was looked through is noted before it is much, also where nothing goes`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try Self.fill(journal, 750)
        var image: SimulatedDisk?
        let whole = try journal.compact(
            progress: {
                if $0.segmentsRead == Compaction.segmentsNotedMax + 1 {
                    image = disk.afterPowerCutLosingAllUnsynced()
                }
            })
        #expect(whole.segmentsTotal > Compaction.segmentsNotedMax + 1 && whole.segmentsWritten == 0)
        let again = try World(try #require(image), seed: 2, options: .small).open()
        let rest = try again.compact()
        #expect(rest.isResumed && rest.isComplete)
        // One more: the crash sealed the segment that was written to, right before the point.
        let left = whole.segmentsTotal - Compaction.segmentsNotedMax
        #expect((left...left + 1).contains(rest.segmentsTotal))
    }
}
