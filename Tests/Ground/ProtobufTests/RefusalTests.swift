import DaybookProtobuf
import Testing

struct RefusalTests {
    @Test(
        arguments: [
            ("08", .endsEarly, 1, 1),
            ("0880", .endsEarly, 2, 1),
            ("6205 0102", .endsEarly, 4, 12),
            ("62 ffffffffffffffffff01 00", .endsEarly, 12, 12),
            ("41 00000000000000", .endsEarly, 8, 8),
            ("4d 000000", .endsEarly, 4, 9),
            ("08 ffffffffffffffffff02", .varintTooLong, 1, 1),
            ("08 80808080808080808080 01", .varintTooLong, 1, 1),
            ("00 00", .fieldNumber, 0, 0),
            ("8080808010 00", .fieldNumber, 0, 0),
            ("0b 0c", .wireType(3), 0, 1),
            ("0801 0c", .wireType(4), 2, 1),
            ("0e", .wireType(6), 0, 1),
            ("0a 00", .wrongType(expected: .varint, found: .lengthDelimited), 1, 1),
            ("6a 02 c328", .notUTF8, 2, 13),
            ("7202 6a05", .endsEarly, 4, 13),
            ("7a02 0180", .endsEarly, 4, 15),
        ] as [(String, ProtobufError.Fault, Int, Int)])
    func `what is no message is refused, and where`(
        bytes: String, fault: ProtobufError.Fault, offset: Int, field: Int
    ) throws {
        let error = try #require(refusal(of: hex(bytes)))
        #expect(error.fault == fault)
        #expect(error.offset == offset)
        #expect(error.field == field)
    }

    @Test func `errors are said in words`() throws {
        #expect(
            "\(try #require(refusal(of: hex("6a 02 c328"))))"
                == """
                not a Protobuf message of the expected type: a string is not UTF-8, at byte 2, in field 13
                """)
        #expect(
            "\(try #require(refusal(of: hex("0a00"))))"
                == """
                not a Protobuf message of the expected type: a field has the wire type 2 and should \
                have 0, at byte 1, in field 1
                """)
    }

    @Test func `a hundred messages may stand in one another`() {
        func nested(_ levels: Int) -> [UInt8] {
            var message = EveryType()
            for _ in 1..<levels { message = EveryType(nested: [message]) }
            return message.encoded()
        }
        #expect(refusal(of: nested(100)) == nil)
        #expect(refusal(of: nested(101))?.fault == .nestedTooDeep)
    }
}
