import DaybookBytes
import Testing

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the check value of the catalogues.
    static let published: [(bytes: [UInt8], checksum: UInt32)] = [
        ([], 0),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0...31), 0x46DD_794E),
        ([UInt8](0...31).reversed(), 0x113F_DB5C),
        (
            [
                0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
                0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
            ], 0xD996_3A56
        ),
        (Array("123456789".utf8), 0xE306_9283),
    ]

    @Test(arguments: published)
    func `the published values come out of both ways`(bytes: [UInt8], checksum: UInt32) {
        #expect(bytes.checksum() == checksum)
        #expect(bytes.checksumInSoftware() == checksum)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `the instruction and the table agree at any length and alignment`(seed: UInt64) {
        var numbers = Numbers(seed: seed)
        let bytes = numbers.bytes(4096)
        for _ in 0..<500 {
            let start = Int.random(in: 0..<64, using: &numbers)
            let length = Bool.random(using: &numbers) ? 300 : 4096 - start
            let end = start + Int.random(in: 0...length, using: &numbers)
            let before = UInt32.random(in: 0...(.max), using: &numbers)
            // Of a span, not of a copy: a copy would always be aligned.
            let part = bytes.rawSpan.extracting(start..<end)
            let inHardware = CRC32C.checksum(of: part, after: before)
            let inSoftware = CRC32C.inSoftware(part, after: before)
            #expect(inHardware == inSoftware, "seed \(seed), \(start)..<\(end) after \(before)")
        }
    }

    @Test func `parts checked one after another give the checksum of the whole`() {
        var numbers = Numbers(seed: 1)
        let bytes = numbers.bytes(1000)
        let whole = bytes.checksum()
        for cut in 0...1000 {
            let first = CRC32C.checksum(of: bytes.rawSpan.extracting(0..<cut))
            let second = CRC32C.checksum(of: bytes.rawSpan.extracting(cut..<1000), after: first)
            #expect(second == whole)
        }
    }

    @Test func `every single bit changes it`() {
        var bytes = [UInt8](0..<64)
        let right = bytes.checksum()
        for bit in 0..<64 * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(bytes.checksum() != right)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }
}
