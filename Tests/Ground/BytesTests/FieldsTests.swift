import DaybookBytes
import Testing

@Suite struct FieldsTests {
    @Test func `integers are little-endian at any offset`() {
        let bytes: [UInt8] = [0xAA, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88, 0xFF]
        #expect(bytes.fields { $0.u8(at: 0) } == 0xAA)
        #expect(bytes.fields { $0.u16(at: 1) } == 0x0201)
        #expect(bytes.fields { $0.u32(at: 1) } == 0x0403_0201)
        #expect(bytes.fields { $0.u64(at: 1) } == 0x8807_0605_0403_0201)
        #expect(bytes.fields { $0.i64(at: 1) } == Int64(bitPattern: 0x8807_0605_0403_0201))
    }

    @Test func `a field beyond the end stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [1, 2, 3]
            _ = bytes.rawSpan.u32(at: 0)
        }
    }

    @Test func `spans are equal when their bytes are`() {
        for count in 0..<40 {
            let bytes = [UInt8](0..<UInt8(count))
            #expect(bytes.isEqual(to: bytes))
            for at in 0..<count {
                var other = bytes
                other[at] ^= 0x80
                #expect(!bytes.isEqual(to: other))
            }
            #expect(!bytes.isEqual(to: bytes + [0]))
        }
    }

    @Test(arguments: [10, 0, 0x80, 0xFF] as [UInt8])
    func `a byte is found where it stands first, whatever stands around it`(sought: UInt8) {
        var numbers = Numbers(seed: 11)
        // Bytes that differ from it by a borrow, a carry or the highest bit are the ones to be taken for it.
        let others = [sought &+ 1, sought &- 1, sought ^ 0x80, sought]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...30, using: &numbers)
            let bytes = (0..<count).map { _ in others.randomElement(using: &numbers)! }
            let start = Int.random(in: 0...count, using: &numbers)
            let expected = bytes[start...].firstIndex(of: sought) ?? count
            #expect(bytes.rawSpan.place(of: sought, from: start) == expected)
        }
    }

    @Test func `one byte that is not zero is found wherever it stands`() {
        for count in 1..<40 {
            var bytes = [UInt8](repeating: 0, count: count)
            #expect(bytes.isZero(0..<count))
            for at in 0..<count {
                bytes[at] = 1
                #expect(!bytes.isZero(0..<count))
                #expect(bytes.isZero(0..<at) && bytes.isZero(at + 1..<count))
                bytes[at] = 0
            }
        }
    }

    @Test func `bytes are copied and read as text`() {
        let bytes = Array("Grüezi".utf8)
        #expect(bytes.fields { $0.copied() } == bytes)
        #expect(bytes.fields { $0.text() } == "Grüezi")
        #expect([0x61, 0xFF, 0x62].fields { $0.text() } == "a\u{FFFD}b")
        #expect([].fields { $0.copied() } == [] && [].fields { $0.text() } == "")
    }
}

@Suite struct VarintTests {
    static let values: [UInt64] =
        [0, 300, .max, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210]
        + (0..<64).flatMap { [1 << $0, 1 << $0 - 1, 1 << $0 | 1] as [UInt64] }

    @Test(arguments: values)
    func `a varint comes back as it was written`(value: UInt64) throws {
        var writer = ByteWriter()
        writer.append(0xEE as UInt8)
        writer.appendVarint(value)
        let end = writer.count
        writer.append(0xFF as UInt8)
        let found = try #require(writer.bytes.copied().varint(at: 1))
        #expect(found.value == value && found.end == end)
    }

    /// Seven bits a byte, as the format is drawn.
    @Test(arguments: values)
    func `a varint has the bytes that it should have`(value: UInt64) {
        var expected: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            expected.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        expected.append(UInt8(rest))
        var writer = ByteWriter(capacity: 16)
        writer.appendVarint(value)
        #expect(writer.bytes.copied() == expected)
    }

    @Test(arguments: values)
    func `a varint that is cut off is none`(value: UInt64) {
        var writer = ByteWriter()
        writer.appendVarint(value)
        for count in 0..<writer.count {
            #expect(writer.bytes.extracting(0..<count).copied().varint(at: 0) == nil)
        }
    }

    static let hostile: [[UInt8]] = [
        // More than 64 bits, by value and by length; bytes that never end.
        [UInt8](repeating: 0xFF, count: 9) + [0x02],
        [UInt8](repeating: 0x80, count: 9) + [0x7F],
        [UInt8](repeating: 0x80, count: 10) + [0x00],
        [UInt8](repeating: 0xFF, count: 10) + [0x01],
        [UInt8](repeating: 0xFF, count: 1000),
        [UInt8](repeating: 0x80, count: 1000),
    ]

    @Test(arguments: hostile)
    func `a varint of more than 64 bits is none`(bytes: [UInt8]) {
        #expect(bytes.varint(at: 0) == nil)
    }

    @Test func `no bytes at all stop the decoder, whatever they are`() {
        var numbers = Numbers(seed: 7)
        for _ in 0..<20_000 {
            let bytes = numbers.bytes(Int.random(in: 0...12, using: &numbers))
            guard let found = bytes.varint(at: 0) else { continue }
            #expect((1...min(10, bytes.count)).contains(found.end))
        }
    }

    @Test func `behind the end there is none`() {
        #expect([1].varint(at: 1) == nil)
    }
}
