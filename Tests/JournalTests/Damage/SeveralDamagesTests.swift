import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// `verify` of a store in which several things are damaged: it goes on behind each of them as far as it can.
@Suite(.tags(.format)) struct SeveralDamagesTests {
    /// An event, where it lies in its segment.
    private struct Place {
        var position: Position
        var offset: Int
        var length: Int
        var frame: Range<Int>
        var isLastOfFrame: Bool
    }

    /// Several full segments of appends of three events each, and one that is written to.
    private static let stage = Result {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<48 {
            let events = (0..<3).map { event in
                Event(
                    id: EventID(high: UInt64(number), low: UInt64(event)), type: "noted",
                    data: [UInt8](repeating: UInt8(number), count: 300))
            }
            try journal.append(Append(events, to: "account-\(number % 5)"))
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        journal.stepIdle()
        journal.close()
        return disk.copy()
    }

    private static func verify(_ disk: SimulatedDisk) throws -> Verifier.Report {
        try Verifier.verify(World(disk, seed: 3, options: .small).environment()) { _, _ in }
    }

    private static func segments(_ disk: SimulatedDisk) throws -> [(
        path: String, named: Manifest.Segment
    )] {
        let manifest = try #require(StoreScan(disk).manifest)
        return manifest.segments.map {
            let paths = JournalPaths(name: "main")
            return (paths.segment(serial: $0.serial, generation: $0.generation), $0)
        }
    }

    private static func places(
        _ disk: SimulatedDisk, _ path: String, _ named: Manifest.Segment
    ) throws -> [Place] {
        let file = try OpenFile(disk, path, .read)
        var scanner = FrameScanner(
            file, randomID: named.randomID, to: try named.sealed?.end ?? file.size())
        var places: [Place] = []
        while let frame = try? scanner.next() {
            let (range, starts) = frame.records
            for (number, start) in starts.enumerated() {
                let at = range.lowerBound + start
                places.append(
                    Place(
                        position: frame.frame.header.firstPosition + Position(number),
                        offset: frame.stored.base + at,
                        length: Int(frame.block.bytes.u32(at: at)), frame: frame.range,
                        isLastOfFrame: number == starts.count - 1))
            }
        }
        return places
    }

    private static func positions(_ report: Verifier.Report) -> [ClosedRange<Position>?] {
        report.findings.map { finding in
            finding.position.flatMap { first in finding.lastPosition.map { first...$0 } }
        }
    }

    /// Turns a bit in the data of an event.
    private static func spoil(_ disk: SimulatedDisk, _ path: String, _ place: Place) throws {
        try disk.flipBit(path, place.offset + place.length - 9, 2)
    }

    @Test func `Each damaged event is told, and all others are looked at`() throws {
        let disk = try Self.stage.get().copy()
        let segments = try Self.segments(disk)
        #expect(segments.count { $0.named.sealed != nil } > 3)
        let whole = try Self.verify(disk)
        #expect(whole.findings == [] && whole.events == 144)
        var spoilt: [(path: String, place: Place)] = []
        for (number, (path, named)) in segments.enumerated() where number % 2 == 1 {
            let places = try Self.places(disk, path, named)
            // Two of one append, and one of the next but one.
            for place in [places[0], places[2], places[7]] {
                try Self.spoil(disk, path, place)
                spoilt.append((path, place))
            }
        }
        let report = try Self.verify(disk)
        #expect(
            report.findings
                == spoilt.map { path, place in
                    Verifier.Finding(
                        what: "the checksum of the event does not match its bytes",
                        place: "\(path), offset \(place.offset)", position: place.position,
                        lastPosition: place.position)
                })
        // Of each of the segments two appends are not whole.
        #expect(report.events == 144 - UInt64(spoilt.count / 3 * 6))
        #expect(report.bytes == whole.bytes && report.segments == whole.segments)
    }

    @Test func `An event without a length does not hide those behind it in its append`() throws {
        let disk = try Self.stage.get().copy()
        let (path, named) = try Self.segments(disk)[1]
        let places = try Self.places(disk, path, named)
        for (bit, number) in [(3, 3), (28, 9)] {
            // A few bytes more, and more than there are.
            try disk.flipBit(path, places[number].offset + bit / 8, bit % 8)
        }
        // One without a length, and the one behind it: where that begins is not known.
        try disk.flipBit(path, places[12].offset, 3)
        try Self.spoil(disk, path, places[13])
        let report = try Self.verify(disk)
        #expect(
            Self.positions(report) == [
                places[3].position...places[3].position, places[9].position...places[9].position,
                places[12].position...places[13].position,
            ])
        try #require(report.findings.count == 3)
        #expect(report.findings[1].what.contains("length of the event cannot be"))
        #expect(report.findings[2].what.contains("where the next ones of the append begin"))
        #expect(report.events == 144 - 9)
    }

    @Test func `Behind headers that are damaged the next frame that is whole is looked at`() throws
    {
        let disk = try Self.stage.get().copy()
        let segments = try Self.segments(disk)
        let places = try Self.places(disk, segments[0].path, segments[0].named)
        for place in [places[3], places[6]] {
            try disk.flipBit(segments[0].path, place.frame.lowerBound + 17, 1)
        }
        try Self.spoil(disk, segments[0].path, places[13])
        // To the end of the segment there is none.
        let later = try Self.places(disk, segments[1].path, segments[1].named)
        let last = try #require(later.last)
        let sealed = try #require(segments[1].named.sealed)
        try disk.edit(segments[1].path) { bytes in
            for offset in last.frame.lowerBound..<sealed.end { bytes[offset] = 0 }
        }
        let report = try Self.verify(disk)
        #expect(
            Self.positions(report).filter { $0 != nil } == [
                places[3].position...places[8].position,
                places[13].position...places[13].position,
                last.position - 2...last.position,
            ])
        #expect(report.findings[0].what.contains("could not be examined"))
        #expect(report.findings[0].place.contains("offset \(places[3].frame.lowerBound)"))
        #expect(report.events == 144 - 12)
    }

    @Test func `What looks like a frame in an event is not taken for one`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<3 { try journal.append("1", to: "account-1") }
        let (path, named) = try Self.segments(disk)[0]
        let early = try #require(Self.places(disk, path, named).first).frame
        // An event that holds an earlier frame of its own segment, at a multiple of 8.
        let copy = Array(try disk.bytes(path)[early])
        for shift in 0..<8 {
            let data = [UInt8](repeating: 0, count: shift) + copy
            try journal.append(Append([Event(type: "copied", data: data)], to: "copies-1"))
        }
        journal.stepIdle()
        journal.close()
        for place in try Self.places(disk, path, named).dropFirst(3) {
            let damaged = disk.copy()
            try damaged.flipBit(path, place.frame.lowerBound + 17, 1)
            let report = try Self.verify(damaged)
            #expect(Self.positions(report) == [place.position...place.position])
            #expect(report.events == 10)
        }
    }

    @Test func `A frame without events that is damaged costs no event`() throws {
        let disk = try Self.stage.get().copy()
        let (path, named) = try Self.segments(disk)[0]
        let sealed = try #require(named.sealed)
        // The last frame of a segment seals it.
        try disk.flipBit(path, sealed.end - FrameHeader.emptyFrameBytes + 20, 1)
        let report = try Self.verify(disk)
        #expect(report.findings.count == 1 && Self.positions(report) == [nil])
        #expect(report.findings[0].position == nil)
        #expect(report.findings[0].what.contains("no event is missing"))
        #expect(report.events == 144)
    }

    @Test func `Segments that are missing or have no header do not hide the others`() throws {
        let disk = try Self.stage.get().copy()
        let segments = try Self.segments(disk)
        try disk.lose(segments[0].path)
        try disk.flipBit(segments[2].path, 20, 1)
        let places = try Self.places(disk, segments[3].path, segments[3].named)
        try Self.spoil(disk, segments[3].path, places[4])
        let report = try Self.verify(disk)
        #expect(
            Self.positions(report) == [
                segments[0].named.sealed?.positions, segments[2].named.sealed?.positions,
                places[4].position...places[4].position,
            ])
        #expect(report.findings[0].place.contains(segments[0].path))
        #expect(report.findings[1].place.contains(segments[2].path))
    }

    /// A frame with a number that cannot be, and one of a later frame.
    @Test(arguments: [1_000_000, 3])
    func `Behind a frame with another number all others are looked at`(ahead: Int) throws {
        let disk = try Self.stage.get().copy()
        let (path, named) = try Self.segments(disk)[1]
        let places = try Self.places(disk, path, named)
        try disk.renumber(path, places[3].frame, by: ahead, randomID: named.randomID)
        try Self.spoil(disk, path, places[10])
        try disk.flipBit(path, places[12].frame.lowerBound + 17, 1)
        let report = try Self.verify(disk)
        let told = report.findings.map(\.what)
        #expect(told.count { $0.contains("stands where frame") } == 2, "\(told)")
        #expect(Self.positions(report).contains(places[10].position...places[10].position))
        #expect(Self.positions(report).contains(places[12].position...places[12].position + 2))
        #expect(report.events == 144 - 6)
    }

    @Test func `Behind a rotten beginning the rest of the segment that is written to is looked at`()
        throws
    {
        let stage = try Self.stage.get()
        let (path, named) = try #require(Self.segments(stage).last)
        let places = try Self.places(stage, path, named)
        // The header of the segment, and that of its first frame.
        for offset in [20, SegmentHeader.byteCount + 17] {
            let disk = stage.copy()
            try disk.flipBit(path, offset, 1)
            try Self.spoil(disk, path, places[4])
            let report = try Self.verify(disk)
            #expect(report.findings.count == 2, "\(report.findings)")
            #expect(report.findings.allSatisfy { $0.place.hasPrefix(path) })
            #expect(Self.positions(report).last == places[4].position...places[4].position)
            #expect(report.events == (offset == 20 ? 144 - 3 : 144 - 6))
            #expect(report.refusesWriters)
        }
    }

    @Test func `In the segment that is written to, each is told as well`() throws {
        let disk = try Self.stage.get().copy()
        let (path, named) = try #require(Self.segments(disk).last)
        #expect(named.sealed == nil)
        let places = try Self.places(disk, path, named)
        #expect(places.count > 4)
        for place in [places[0], places[1], places[4]] { try Self.spoil(disk, path, place) }
        let report = try Self.verify(disk)
        #expect(
            Self.positions(report)
                == [places[0], places[1], places[4]].map { $0.position...$0.position })
        #expect(report.events == 144 - 6)
        // Of a header it is told up to where.
        try disk.flipBit(path, places[6].frame.lowerBound + 17, 1)
        let more = try Self.verify(disk)
        try #require(more.findings.count == 4, "\(more.findings)")
        #expect(Self.positions(more)[3] == places[6].position...places[6].position + 2)
    }

    @Test func `So it is beside a writer`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<9 { try journal.append("\(number)", to: "account-1") }
        journal.stepIdle()
        let (path, named) = try #require(Self.segments(disk).last)
        let places = try Self.places(disk, path, named)
        for place in [places[2], places[5]] { try disk.flipBit(path, place.offset + 30, 1) }
        let report = try Verifier.verify(
            World(disk, seed: 3, options: .small).environment(process: 2)
        ) { _, _ in }
        #expect(report.notes.contains { $0.contains("open for writing") })
        #expect(Self.positions(report) == [3...3, 6...6])
        #expect(report.events == 7)
    }

    @Test(arguments: [".offsets", ".ids", "/index/"])
    func `What lies beside a damaged segment is looked at`(kind: String) throws {
        let disk = try Self.stage.get().copy()
        let (path, named) = try Self.segments(disk)[1]
        try Self.spoil(disk, path, try Self.places(disk, path, named)[3])
        let serial = path.prefix { $0 != "." }
        let file = try #require(
            disk.files().first {
                $0.contains(kind) && ($0.hasPrefix(serial) || kind == "/index/")
            })
        #expect(try Self.verify(disk).findings.count == 1)
        try disk.flipBit(file, try disk.bytes(file).count - 3, 1)
        let findings = try Self.verify(disk).findings
        #expect(findings.count == 2)
        #expect(findings.contains { $0.place.hasPrefix(file) && $0.isHarmless })
    }

    @Test func `So much is told, and the rest is counted`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<140 {
            try journal.append(Append((0..<8).map { _ in Event(type: "n", data: []) }, to: "a-1"))
            while journal.stepPreparing() {}
        }
        journal.close()
        var count = 0
        for (path, named) in try Self.segments(disk) {
            for place in try Self.places(disk, path, named) {
                try disk.flipBit(path, place.offset + 30, 1)
                count += 1
            }
        }
        #expect(count > Verifier.Report.damagesMax)
        let derived = try #require(disk.files().first { $0.hasSuffix(".offsets") })
        try disk.flipBit(derived, 3, 1)
        let report = try Self.verify(disk)
        #expect(report.findings.count == Verifier.Report.damagesMax + 1)
        #expect(report.findingsUntold == count - Verifier.Report.damagesMax)
        #expect(report.findings.contains { $0.isHarmless && $0.place.hasPrefix(derived) })
        #expect(report.events == 0)
    }
}

extension SimulatedDisk {
    /// Gives a frame another number, and the checksum that goes with it.
    fileprivate func renumber(
        _ path: String, _ frame: Range<Int>, by more: Int, randomID: UInt64
    ) throws {
        try edit(path) { bytes in
            let header = FrameHeader(
                in: bytes.rawSpan, at: frame.lowerBound, segment: randomID)!
            let number = header.number + UInt64(more)
            withUnsafeBytes(of: number.littleEndian) {
                bytes.replaceSubrange(
                    frame.lowerBound + 16..<frame.lowerBound + 22, with: $0.prefix(6))
            }
            let checked = Array(bytes[frame.lowerBound + 8..<frame.lowerBound + header.eventsAt])
            let checksum = CRC32C.checksum(
                of: checked.rawSpan, after: FrameHeader.seed(randomID))
            withUnsafeBytes(of: checksum.littleEndian) {
                bytes.replaceSubrange(frame.lowerBound + 4..<frame.lowerBound + 8, with: $0)
            }
        }
    }
}
