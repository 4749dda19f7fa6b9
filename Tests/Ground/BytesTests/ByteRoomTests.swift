import DaybookBytes
import Testing

@Suite struct ByteRoomTests {
    @Test func `it holds what was appended, in order, behind what the writer had`() {
        var writer = ByteWriter(capacity: 1)
        writer.append([9])
        let (some, none): ([UInt8], [UInt8]) = ([0x10, 0x11], [])
        var left: [Int] = []
        writer.append(upTo: 40) { room in
            left.append(room.left)
            room.append(0x01 as UInt8)
            room.append(0x0504_0302 as UInt32)
            room.append(0x0D0C_0B0A_0908_0706 as UInt64)
            room.append("abc" as StaticString)
            room.append(some.rawSpan)
            room.append(none.rawSpan)
            left.append(room.left)
        }
        #expect(left == [40, 22])
        let expected: [UInt8] = [9] + Array(1...13) + [0x61, 0x62, 0x63, 0x10, 0x11]
        #expect(writer.bytes.copied() == expected)
        writer.append(7 as UInt8)
        #expect(writer.bytes.copied() == expected + [7])
    }

    @Test(arguments: (0...64).map { $0 == 64 ? UInt64.max : 1 << $0 })
    func `a number takes as many bytes as it is said to`(value: UInt64) {
        for value in [value - 1, value, value + (value == .max ? 0 : 1)] {
            var rest = value
            var expected: [UInt8] = []
            while rest >= 0x80 {
                expected.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            expected.append(UInt8(rest))
            var writer = ByteWriter()
            writer.append(upTo: Varint.bytesMax) { $0.append(Varint(value)) }
            #expect(writer.bytes.copied() == expected)
            #expect(Varint.byteCount(of: value) == expected.count)
            #expect(Varint(value).byteCount == expected.count)
        }
    }

    @Test func `what does not fit stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            writer.append(upTo: 3) { $0.append(1 as UInt32) }
        }
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            let bytes: [UInt8] = [1, 2, 3, 4]
            writer.append(upTo: 3) { $0.append(bytes.rawSpan) }
        }
    }
}
