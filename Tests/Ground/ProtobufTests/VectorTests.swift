import DaybookBytes
import DaybookProtobuf
import Testing

/// What the reference implementation (Python's `protobuf` 7.36) wrote.
struct VectorTests {
    static let vectors: [(message: EveryType, bytes: String)] = [
        (EveryType(), ""),
        (
            EveryType(
                uint64: 1, int64: -1, sint64: -1, uint32: 1, int32: -1, sint32: -1, bool: true,
                fixed64: 1, fixed32: 1, double: -0.0, float: 1),
            """
            080110ffffffffffffffffff011801200128ffffffffffffffffff0130013801410100000000000000\
            4d010000005100000000000000805d0000803f
            """
        ),
        (
            EveryType(
                uint64: .max, int64: .max, sint64: .max, uint32: .max, int32: .max, sint32: .max,
                fixed64: .max, fixed32: .max, double: .greatestFiniteMagnitude,
                float: .greatestFiniteMagnitude, far: .max),
            """
            08ffffffffffffffffff0110ffffffffffffffff7f18feffffffffffffffff0120ffffffff0f\
            28ffffffff0730feffffff0f41ffffffffffffffff4dffffffff51ffffffffffffef7f5dffff7f7f\
            f8ffffff0fffffffff0f
            """
        ),
        (
            EveryType(
                int64: .min, sint64: .min, int32: .min, sint32: .min, double: -.infinity,
                float: -1.5),
            """
            108080808080808080800118ffffffffffffffffff012880808080f8ffffffff0130ffffffff0f\
            51000000000000f0ff5d0000c0bf
            """
        ),
        (
            EveryType(
                bytes: [0, 255, 128], string: "Grüezi 🙂", strings: ["a", "", "b"]),
            "620300ff806a0c4772c3bc657a6920f09f99828201016182010082010162"
        ),
        (
            EveryType(nested: [
                EveryType(uint64: 300, nested: [EveryType(string: "x", nested: [EveryType()])])
            ]),
            "720a08ac0272056a01787200"
        ),
        (
            EveryType(packed: [0, 1, 127, 128, 300, .max]),
            "7a1100017f8001ac02ffffffffffffffffff01"
        ),
    ]

    @Test(arguments: 0..<vectors.count)
    func `a message is written and read as elsewhere`(index: Int) throws {
        let (message, bytes) = Self.vectors[index]
        #expect(message.encoded() == hex(bytes))
        #expect(try read(hex(bytes)) == message)
    }

    @Test(arguments: [
        (127, "728101627f"), (128, "728301628001"), (129, "728401628101"),
        (16_383, "7282800162ff7f"), (16_384, "728480016280800178"),
    ])
    func `a nested message is as long as it says, whatever was expected`(
        count: Int, start: String
    ) throws {
        let inner = EveryType(bytes: [UInt8](repeating: 0x78, count: count))
        for expected in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            var writer = ProtobufWriter()
            writer.buffer.append([9, 9])
            writer.message(14, about: expected) { inner.encode(into: &$0) }
            let bytes = Array(writer.array.dropFirst(2))
            #expect(bytes.prefix(hex(start).count) == hex(start)[...])
            #expect(try read(bytes) == EveryType(nested: [inner]))
        }
    }

    @Test(arguments: [
        ("0801 0802", EveryType(uint64: 2)),
        ("7a00", EveryType()),
        ("7805 7a020607", EveryType(packed: [5, 6, 7])),
        ("28 8080808010", EveryType()),
        ("7202 0801 7202 1002", EveryType(nested: [EveryType(uint64: 1, int64: 2)])),
        ("3802", EveryType(bool: true)),
    ])
    func `what is repeated, split, packed or too wide means what it means elsewhere`(
        bytes: String, message: EveryType
    ) throws {
        #expect(try read(hex(bytes)) == message)
    }

    @Test func `unknown fields of every wire type are passed over`() throws {
        let unknown = "a006 9601  a106 0102030405060708  a206 03 616263  a506 01020304"
        #expect(try read(hex(unknown + "0801" + unknown)) == EveryType(uint64: 1))
    }
}
