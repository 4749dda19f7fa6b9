import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What is known of the times of a segment's events.
@Suite struct SegmentTimesTests {
    /// Appends events, some of which say when they occurred, until a segment more is sealed.
    private static func fillSegment(
        _ journal: Journal, _ chance: SeededRandomness, _ time: VirtualTime
    )
        throws
    {
        let before = journal.view.allSegments.count
        while journal.view.allSegments.count == before {
            var event = Event(type: "noted", data: [UInt8](repeating: 7, count: 900))
            event.tags = ["a", "b"]
            if chance.chance(2, in: 3) {
                event.occurredAt = Timestamp(
                    microseconds: Int64(chance.next(below: 1 << 40)) - 1 << 39)
            }
            time.advance(microseconds: Int64(chance.next(below: 1000)))
            try journal.append(Append([event], to: "account-\(chance.next(below: 3))"))
            while journal.stepPreparing() || journal.stepIndex() {}
        }
    }

    private static func check(_ disk: SimulatedDisk, _ journal: Journal, _ when: String) throws {
        let scan = try StoreScan(disk)
        try require(scan.problems.isEmpty, "\(when): \(scan.problems)")
        let sealed = try #require(scan.manifest).segments.filter { $0.sealed != nil }
        try require(sealed.count > 1, "\(when): too few segments")
        for segment in sealed {
            let extent = segment.sealed!
            let frames = scan.frames.filter {
                (extent.firstFrame..<extent.firstFrame + extent.frames).contains($0.number)
            }
            let found = StoreScan.times(of: frames)
            try require(segment.times == found, "\(when): segment \(segment.serial)")
            let known = journal.view.allSegments.first { $0.serial == segment.serial }
            try require(known?.times == found, "\(when): segment \(segment.serial), to readers")
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `The manifest tells them of every sealed segment, whatever became of the journal`(
        seed: UInt64
    ) throws {
        let chance = SeededRandomness(seed: seed)
        let time = VirtualTime()
        let first = SimulatedDisk()
        let begun = try World(first, time: time, options: .small).open()
        for _ in 0..<3 { try Self.fillSegment(begun, chance, time) }
        try Self.check(first, begun, "written")
        // A crash in the middle of a segment, and one behind an orderly close.
        let disk = first.afterProcessKill()
        var journal = try World(disk, seed: 2, time: time, options: .small).open()
        try Self.check(disk, journal, "recovered")
        try Self.fillSegment(journal, chance, time)
        journal.close()
        journal = try World(disk, seed: 3, time: time, options: .small).open()
        try Self.fillSegment(journal, chance, time)
        try Self.check(disk, journal, "closed and gone on")
        let reader = try World(disk, seed: 4, time: time, options: .small).openReadOnly()
        try Self.check(disk, reader, "for reading")
        let options = Compaction.Options(bytesPerSecond: nil, takesAll: true, compresses: true)
        let report = try journal.compact(options)
        #expect(report.segmentsWritten > 1)
        try Self.check(disk, journal, "compressed")
        for path in disk.files() where path.contains("/manifest-") { try disk.remove(path) }
        let found = try World(disk.copy(), seed: 5, time: time, options: .small).open()
        #expect(found.view.allSegments.dropLast().allSatisfy { $0.times != nil })
    }

    @Test func `verify finds a manifest that tells of other times`() throws {
        let chance = SeededRandomness(seed: 7)
        let disk = SimulatedDisk()
        let world = World(disk, options: .small)
        let journal = try world.open()
        for _ in 0..<3 { try Self.fillSegment(journal, chance, world.time) }
        journal.close()
        func findings() throws -> [String] {
            try Verifier.verify(world.environment(), progress: { _, _ in }).findings.map(\.what)
        }
        #expect(try findings() == [])
        let paths = disk.files().filter { $0.contains("/manifest-") }
        for path in paths {
            let bytes = try disk.bytes(path)
            var manifest = try Manifest(decoding: bytes.rawSpan)
            guard let times = manifest.segments[1].times else { continue }
            let occurred = times.occurred.lowerBound...times.occurred.upperBound - 1
            manifest.segments[1].times = SegmentTimes(recorded: times.recorded, occurred: occurred)
            try disk.replace(path, with: manifest.encoded().bytes.copied())
        }
        let found = try findings()
        #expect(found.count == 1 && found[0].contains("at other times"))
    }

    @Test func `Segments in which nothing can have occurred are passed over, in either direction`()
        throws
    {
        let view = Self.view([1...4, nil, 20...30, 25...26, 100...200])
        func stretch(
            _ bounds: ClosedRange<Position>, _ since: Int64, _ until: Int64, backwards: Bool = false
        ) -> ClosedRange<Position>? {
            view.stretch(
                of: bounds, backwards: backwards, since: Timestamp(microseconds: since),
                until: Timestamp(microseconds: until))
        }
        // Ten events each; of the second segment nothing is known.
        #expect(stretch(1...50, 0, 0) == 11...20)
        #expect(stretch(1...50, 4, 10) == 1...20)
        #expect(stretch(21...50, 0, 0) == nil)
        #expect(stretch(1...50, 26, 40) == 11...40)
        #expect(stretch(1...50, 150, 150, backwards: true) == 41...50)
        #expect(stretch(1...45, 150, 150, backwards: true) == 41...45)
        #expect(stretch(1...50, 2, 26, backwards: true) == 1...40)
        #expect(stretch(13...17, 2, 26) == 13...17)
        #expect(stretch(1...50, 40, 30) == 11...20)
    }

    @Test func `An instant is looked for only where segments do not tell`() {
        let view = Self.view([1...4, nil, 20...30, 30...30, 100...200])
        func first(_ time: Int64, isAfter: Bool, upTo high: Position = 50) -> ClosedRange<Position>
        {
            view.first(
                recordedAt: Timestamp(microseconds: time), isAfter: isAfter, upTo: high)
        }
        #expect(first(0, isAfter: false) == 1...1)
        #expect(first(3, isAfter: false) == 1...21)
        #expect(first(10, isAfter: false) == 11...21)
        #expect(first(30, isAfter: false) == 11...31)
        #expect(first(30, isAfter: true) == 41...41)
        #expect(first(150, isAfter: false) == 41...51)
        #expect(first(200, isAfter: true) == 51...51)
        #expect(first(150, isAfter: false, upTo: 25) == 26...26)
    }

    /// Segments of ten events each.
    private static func view(_ times: [ClosedRange<Int64>?]) -> PinnedView {
        let disk = SimulatedDisk()
        let journal = JournalView(
            segments: [], index: JournalIndex(hashKey: 1),
            watermark: Watermark.Mark(position: 50, frame: 5), idsAfter: nil, disk: disk,
            options: .small)
        let segments = times.enumerated().map { number, times in
            let header = SegmentHeader(
                journal: EventID(high: 1, low: 1), epoch: 1, serial: UInt64(number + 1),
                generation: 0, randomID: 3, preparedAt: 0, fileBytes: 0)
            return Segment(
                header: header, file: OpenFile("segment-\(number)", in: journal.files),
                firstPosition: Position(10 * number + 1), starts: [],
                times: times.map { SegmentTimes(recorded: $0, occurred: $0) }, end: 0,
                dictionary: nil)
        }
        return PinnedView(view: journal, list: SegmentList(segments))
    }
}
