import Daybook
import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// The fields of a frame, written and read.
@Suite(.tags(.format)) struct FrameFieldsTests {
    private static func fields(_ chance: SeededRandomness) -> FrameFields {
        var fields = FrameFields()
        func bytes(_ most: Int) -> [UInt8] {
            (0..<chance.next(below: most + 1)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
        }
        if chance.chance(2, in: 3) {
            fields.tracking = TrackingMark(
                consumer: "c\(chance.next(below: 9))",
                from: chance.chance(1, in: 2) ? nil : bytes(200),
                to: bytes(3), note: bytes(256))
        }
        if chance.chance(2, in: 3) {
            fields.firstRecord = 1 + UInt64(chance.next(below: 1 << 40))
            fields.records = (0...chance.next(below: 4)).map { number in
                FrameFields.Record(
                    owner: "ö\(number)", key: "", value: chance.chance(1, in: 3) ? nil : bytes(300))
            }
        }
        return fields
    }

    private static func encode(_ fields: FrameFields) -> [UInt8] {
        var writer = ByteWriter()
        fields.encode(into: &writer)
        return writer.bytes.copied()
    }

    @Test func `Fields are read as they were written`() throws {
        let chance = SeededRandomness(seed: 51)
        for _ in 0..<300 {
            let fields = Self.fields(chance)
            #expect(try FrameFields(decoding: Self.encode(fields).rawSpan) == fields)
        }
    }

    @Test func `Fields cut short are malformed, or are the fields before the cut`() throws {
        let chance = SeededRandomness(seed: 52)
        for _ in 0..<20 {
            let fields = Self.fields(chance)
            let bytes = Self.encode(fields)
            for length in 0..<bytes.count {
                do {
                    let found = try FrameFields(decoding: Array(bytes.prefix(length)).rawSpan)
                    #expect(found.tracking == nil || found.tracking == fields.tracking)
                    #expect(found.records.isEmpty)
                } catch {
                    #expect(error == .malformed)
                }
            }
        }
    }

    @Test func `Whatever the bytes are, reading them ends`() {
        let chance = SeededRandomness(seed: 53)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Self.encode(Self.fields(chance))
            for _ in 0...chance.next(below: 3) where !bytes.isEmpty {
                bytes[chance.next(below: bytes.count)] = UInt8(truncatingIfNeeded: chance.next())
            }
            if (try? FrameFields(decoding: bytes.rawSpan)) == nil { refused += 1 }
        }
        #expect(refused > 1000)
    }

    @Test(arguments: [3, 4, 5, 63] as [UInt8])
    func `A field that has to be understood is told from one that need not be`(number: UInt8) throws
    {
        #expect(throws: FrameFields.Failure.newerFormat(UInt64(number))) {
            try FrameFields(decoding: [number, 0].rawSpan)
        }
        #expect(try FrameFields(decoding: [64, 2, 9, 9, 100, 0].rawSpan).isEmpty)
    }
}
