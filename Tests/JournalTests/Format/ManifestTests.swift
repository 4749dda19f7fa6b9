import Daybook
import DaybookBytes
import Testing

@testable import DaybookJournal

/// Manifests and segment headers, written and read.
@Suite(.tags(.format)) struct ManifestTests {
    private static func manifest(segments: Int) -> Manifest {
        var manifest = Manifest(
            generation: 7, journal: EventID(high: 3, low: 4), epoch: 11, createdAt: 1_767_225_600)
        for number in 0..<segments {
            var segment = Manifest.Segment(
                serial: UInt64(number + 1), randomID: UInt64(number) &* 77)
            segment.generation = UInt32(number)
            if number + 1 < segments {
                segment.sealed = Manifest.Sealed(
                    firstFrame: 1, firstPosition: 2, firstRecord: 3, end: 4096 + number, frames: 5,
                    events: 6,
                    records: 7)
                if number > 0 {
                    segment.times = SegmentTimes(
                        recorded: 5...Int64(number + 8), occurred: -7...Int64(number))
                }
            }
            manifest.segments.append(segment)
        }
        return manifest
    }

    private static func decode(_ bytes: [UInt8]) throws(Manifest.Failure) -> Manifest {
        try Manifest(decoding: bytes.rawSpan)
    }

    @Test(arguments: [0, 1, 3])
    func `A manifest is read as it was written`(segments: Int) throws {
        let manifest = Self.manifest(segments: segments)
        #expect(try Self.decode(manifest.encoded().bytes.copied()) == manifest)
    }

    @Test func `A manifest of before, which knew no times, is read without them`() throws {
        var manifest = Self.manifest(segments: 3)
        let bytes = manifest.encoded().bytes.copied()
        var writer = ByteWriter(capacity: bytes.count)
        writer.append(Array(bytes[..<12]))
        writer.append(UInt32(0))
        writer.append(Array(bytes[16..<60]))
        writer.append(UInt32(96))
        for place in 0..<3 {
            let at = 64 + Manifest.segmentBytes * place
            writer.append(Array(bytes[at..<at + 96]))
        }
        writer.patch(CRC32C.checksum(of: writer.bytes.extracting(12..<writer.count)), at: 8)
        for place in 0..<3 { manifest.segments[place].times = nil }
        #expect(try Self.decode(writer.bytes.copied()) == manifest)
    }

    @Test(arguments: [0, 2])
    func `A manifest cut short, or with any bit turned, is damaged`(segments: Int) {
        let bytes = Self.manifest(segments: segments).encoded().bytes.copied()
        for length in 0..<bytes.count {
            #expect(throws: Manifest.Failure.damaged) {
                try Self.decode(Array(bytes.prefix(length)))
            }
        }
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: Manifest.Failure.damaged) { try Self.decode(damaged) }
        }
        #expect(throws: Manifest.Failure.damaged) { try Self.decode(bytes + [0]) }
    }

    @Test func `Numbers that no journal comes to are damage, whatever the checksum says`() throws {
        let whole = Self.manifest(segments: 2)
        let numbers: [WritableKeyPath<Manifest.Sealed, UInt64>] = [
            \.firstFrame, \.firstPosition, \.firstRecord, \.frames, \.events, \.records,
        ]
        for number in numbers {
            for value in [UInt64.max, 1 << 62] {
                var manifest = whole
                manifest.segments[0].sealed![keyPath: number] = value
                let bytes = manifest.encoded().bytes.copied()
                #expect(throws: Manifest.Failure.damaged) { try Self.decode(bytes) }
            }
        }
        for number in [\Manifest.Sealed.firstFrame, \.firstPosition, \.firstRecord] {
            var manifest = whole
            manifest.segments[0].sealed![keyPath: number] = 0
            let bytes = manifest.encoded().bytes.copied()
            #expect(throws: Manifest.Failure.damaged) { try Self.decode(bytes) }
        }
        var manifest = whole
        manifest.segments[0].sealed?.end = .max
        let bytes = manifest.encoded().bytes.copied()
        #expect(throws: Manifest.Failure.damaged) { try Self.decode(bytes) }
    }

    @Test func `A segment's header is read as it was written`() throws {
        let bytes = Self.header.encoded().bytes.copied()
        #expect(bytes.count == SegmentHeader.byteCount)
        let header = try SegmentHeader(decoding: bytes.rawSpan)
        #expect(header == Self.header)
    }

    @Test func `A dictionary lies behind the frames, up to the end of the file`() throws {
        var header = Self.header
        header.dictionary = SegmentHeader.Dictionary(offset: 8000, byteCount: 500, checksum: 9)
        header.fileBytes = 8500
        let bytes = header.encoded().bytes.copied()
        #expect(try SegmentHeader(decoding: bytes.rawSpan) == header)
        for wrong in [
            SegmentHeader.Dictionary(offset: 8001, byteCount: 500, checksum: 9),
            SegmentHeader.Dictionary(offset: 4000, byteCount: 4500, checksum: 9),
        ] {
            header.dictionary = wrong
            let encoded = header.encoded().bytes.copied()
            #expect(throws: SegmentHeader.Failure.damaged) {
                try SegmentHeader(decoding: encoded.rawSpan)
            }
        }
        header.fileBytes = 4096 + (2 << 20)
        header.dictionary = SegmentHeader.Dictionary(
            offset: 4096, byteCount: 2 << 20, checksum: 9)
        let large = header.encoded().bytes.copied()
        #expect(throws: SegmentHeader.Failure.damaged) {
            try SegmentHeader(decoding: large.rawSpan)
        }
    }

    @Test func `A header with any bit turned is refused`() {
        let bytes = Self.header.encoded().bytes.copied()
        for offset in Array(0..<96) + Array(stride(from: 96, to: bytes.count, by: 211)) {
            for bit in 0..<8 as Range<UInt8> {
                var damaged = bytes
                damaged[offset] ^= 1 << bit
                #expect(throws: SegmentHeader.Failure.self, "byte \(offset), bit \(bit)") {
                    try SegmentHeader(decoding: damaged.rawSpan)
                }
            }
        }
        for length in stride(from: 0, to: bytes.count, by: 512) {
            #expect(throws: SegmentHeader.Failure.notASegment) {
                try SegmentHeader(decoding: Array(bytes[..<length]).rawSpan)
            }
        }
    }

    private static var header: SegmentHeader {
        SegmentHeader(
            journal: EventID(high: 1, low: 2), epoch: 3, serial: 4, generation: 5, randomID: 6,
            preparedAt: 7,
            fileBytes: 8)
    }

    @Test(
        arguments: [
            ("0000000001.0", 1, 0), ("0000000012.3", 12, 3), ("12345678901.0", 12_345_678_901, 0),
        ] as [(String, UInt64, UInt32)])
    func `The name of a segment's file says which it is`(
        name: String, serial: UInt64, generation: UInt32
    ) throws {
        let found = try #require(JournalPaths.segment(name))
        #expect(found == (serial, generation))
        #expect(
            JournalPaths(name: "main").segment(serial: serial, generation: generation)
                == "journals/main/segments/\(name)")
    }

    @Test(arguments: [
        "", "1.0", "0000000001", "0000000001.0.1", "0000000001.x", "000000000x.0", "manifest-1",
    ])
    func `Other names are not those of segments`(name: String) {
        #expect(JournalPaths.segment(name) == nil)
    }
}
