import DaybookBytes
import DaybookCoding
import Testing

/// The examples of RFC 8949, appendix A, and what they mean to `Codable`.
@Suite struct `Examples of RFC 8949` {
    static let longNumbers: Tree = .list((1...25).map { .integer($0) })

    /// What is written as it stands there.
    static let written: [(String, Tree)] = [
        ("00", .integer(0)), ("01", .integer(1)), ("0a", .integer(10)), ("17", .integer(23)),
        ("1818", .integer(24)), ("1819", .integer(25)), ("1864", .integer(100)),
        ("1903e8", .integer(1000)), ("1a000f4240", .integer(1_000_000)),
        ("1b000000e8d4a51000", .integer(1_000_000_000_000)),
        ("1bffffffffffffffff", .integer(18_446_744_073_709_551_615)),
        ("c249010000000000000000", .integer(18_446_744_073_709_551_616)),
        ("3bffffffffffffffff", .integer(-18_446_744_073_709_551_616)),
        ("c349010000000000000000", .integer(-18_446_744_073_709_551_617)),
        ("20", .integer(-1)), ("29", .integer(-10)), ("3863", .integer(-100)),
        ("3903e7", .integer(-1000)), ("f4", .bool(false)), ("f5", .bool(true)), ("f6", .null),
        ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")),
        ("6161", .text("a")), ("6449455446", .text("IETF")), ("62225c", .text("\"\\")),
        ("62c3bc", .text("\u{fc}")), ("63e6b0b4", .text("\u{6c34}")),
        ("64f0908591", .text("\u{10151}")), ("80", .list([])),
        ("83010203", .list([.integer(1), .integer(2), .integer(3)])),
        (
            "8301820203820405",
            .list([
                .integer(1), .list([.integer(2), .integer(3)]), .list([.integer(4), .integer(5)]),
            ])
        ),
        ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", longNumbers),
        ("a0", .members([:])),
        ("826161a161626163", .list([.text("a"), .members(["b": .text("c")])])),
    ]

    /// What is read, and written in another way: another length, no tags, text as keys.
    static let read: [(String, Tree)] = [
        ("a201020304", .members(["1": .integer(2), "3": .integer(4)])),
        (
            "a26161016162820203",
            .members(["a": .integer(1), "b": .list([.integer(2), .integer(3)])])
        ),
        (
            "a56161614161626142616361436164614461656145",
            .members([
                "a": .text("A"), "b": .text("B"), "c": .text("C"), "d": .text("D"),
                "e": .text("E"),
            ])
        ),
        ("c074323031332d30332d32315432303a30343a30305a", .text("2013-03-21T20:04:00Z")),
        ("c11a514b67b0", .integer(1_363_896_240)), ("d74401020304", .bytes([1, 2, 3, 4])),
        ("d818456449455446", .bytes([0x64, 0x49, 0x45, 0x54, 0x46])), ("f7", .null),
        (
            "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
            .text("http://www.example.com")
        ),
        ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
        ("7f657374726561646d696e67ff", .text("streaming")),
        ("9fff", .list([])),
        (
            "9f018202039f0405ffff",
            .list([
                .integer(1), .list([.integer(2), .integer(3)]), .list([.integer(4), .integer(5)]),
            ])
        ),
        (
            "9f01820203820405ff",
            .list([
                .integer(1), .list([.integer(2), .integer(3)]), .list([.integer(4), .integer(5)]),
            ])
        ),
        (
            "83018202039f0405ff",
            .list([
                .integer(1), .list([.integer(2), .integer(3)]), .list([.integer(4), .integer(5)]),
            ])
        ),
        (
            "83019f0203ff820405",
            .list([
                .integer(1), .list([.integer(2), .integer(3)]), .list([.integer(4), .integer(5)]),
            ])
        ),
        ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", longNumbers),
        (
            "bf61610161629f0203ffff",
            .members(["a": .integer(1), "b": .list([.integer(2), .integer(3)])])
        ),
        ("826161bf61626163ff", .list([.text("a"), .members(["b": .text("c")])])),
        ("bf6346756ef563416d7421ff", .members(["Fun": .bool(true), "Amt": .integer(-2)])),
        // Further: keys that no `CodingKey` can be, a key in pieces, long forms of short values.
        ("a38101020a03f50b", .members(["10": .integer(3)])),
        ("a3a10102036161044101f4", .members(["a": .integer(4)])),
        ("a17f61616162ff01", .members(["ab": .integer(1)])),
        ("a2180101190001f5", .members(["1": .bool(true)])),
        ("9b000000000000000101", .list([.integer(1)])), ("7803616263", .text("abc")),
        ("c24101", .integer(1)), ("fb4000000000000000", .integer(2)),
    ]

    @Test(arguments: written)
    func `An example is read, and written the same`(digits: String, value: Tree) throws {
        #expect(try CBORCoding.decode(Tree.self, from: bytes(digits).rawSpan) == value)
        #expect(hex(try CBORCoding.encode(value)) == digits)
    }

    @Test(arguments: read)
    func `An example is read, and what is written of it is read the same`(
        digits: String, value: Tree
    ) throws {
        #expect(try CBORCoding.decode(Tree.self, from: bytes(digits).rawSpan) == value)
        let again = try CBORCoding.encode(value)
        #expect(try CBORCoding.decode(Tree.self, from: again.rawSpan) == value)
    }

    @Test(arguments: [
        ("f90000", 0), ("f98000", -0.0), ("f93c00", 1), ("fb3ff199999999999a", 1.1),
        ("f93e00", 1.5), ("f97bff", 65504), ("fa47c35000", 100_000),
        ("fa7f7fffff", 3.4028234663852886e+38), ("fb7e37e43c8800759c", 1.0e+300),
        ("f90001", 5.960464477539063e-8), ("f90400", 0.00006103515625), ("f9c400", -4),
        ("fbc010666666666666", -4.1), ("f97c00", .infinity), ("f97e00", .nan),
        ("f9fc00", -.infinity),
    ])
    func `A floating-point number is written as short as it can be`(
        digits: String, value: Double
    ) throws {
        let back = try CBORCoding.decode(Double.self, from: bytes(digits).rawSpan)
        #expect(back == value || back.isNaN && value.isNaN)
        #expect(back.sign == value.sign)
        #expect(hex(try CBORCoding.encode(value)) == digits)
    }

    @Test(arguments: [
        ("fa7f800000", Double.infinity), ("fa7fc00000", .nan), ("faff800000", -.infinity),
        ("fb7ff0000000000000", .infinity), ("fb7ff8000000000000", .nan),
        ("fbfff0000000000000", -.infinity), ("1903e8", 1000), ("3903e7", -1000),
        ("1bffffffffffffffff", 0x1p64), ("c249010000000000000000", 0x1p64),
    ])
    func `Longer forms and integers are floating-point numbers, too`(
        digits: String, value: Double
    ) throws {
        let back = try CBORCoding.decode(Double.self, from: bytes(digits).rawSpan)
        #expect(back == value || back.isNaN && value.isNaN)
    }

    @Test(arguments: [
        ("", CBORError.Code.unexpectedEnd, 0), ("18", .unexpectedEnd, 1),
        ("1b000102", .unexpectedEnd, 4), ("61", .unexpectedEnd, 1), ("8101ff", .trailingBytes, 2),
        ("82", .unexpectedEnd, 1), ("a161", .unexpectedEnd, 2), ("9f01", .unexpectedEnd, 2),
        ("9bffffffffffffffff", .unexpectedEnd, 9), ("bb8000000000000000", .unexpectedEnd, 9),
        ("5bffffffffffffffff00", .unexpectedEnd, 10), ("0001", .trailingBytes, 1),
        ("1c", .unexpectedByte, 0), ("7e", .unexpectedByte, 0), ("fd", .unexpectedByte, 0),
        ("1f", .unexpectedByte, 0), ("df00", .unexpectedByte, 0), ("ff", .unexpectedBreak, 0),
        ("81ff", .unexpectedBreak, 1), ("bf6161ff", .unexpectedBreak, 3),
        ("c0ff", .unexpectedBreak, 1), ("9fc0ff", .unexpectedBreak, 2), ("c1", .unexpectedEnd, 1),
        ("5f6161ff", .invalidPiece, 1), ("7f7f6161ffff", .invalidPiece, 1),
        ("7f00ff", .invalidPiece, 1),
        ("f800", .invalidSimpleValue, 0), ("81f81f", .invalidSimpleValue, 1),
        ("62c328", .invalidUTF8, 1), ("8163e282ff", .invalidUTF8, 2), ("61c3", .invalidUTF8, 1),
        ("7f61c361bcff", .invalidUTF8, 2), ("a161ff00", .invalidUTF8, 2),
    ])
    func `What is not CBOR is refused, with the byte`(
        digits: String, code: CBORError.Code, offset: Int
    ) throws {
        let error = #expect(throws: DecodingError.self) {
            try CBORCoding.decode(Tree.self, from: bytes(digits).rawSpan)
        }
        guard case .dataCorrupted(let context)? = error,
            let cause = context.underlyingError as? CBORError
        else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(cause.code == code && cause.offset == offset)
        #expect(context.debugDescription == "the payload is not CBOR: \(cause)")
        #expect(cause.description.contains("\(offset)"))
    }

    @Test(arguments: [0, 1, 30])
    func `A text is looked at to its last byte, whatever follows`(following: Int) throws {
        for count in 1...40 {
            for place in 0..<count {
                var text = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                let head: [UInt8] = count < 24 ? [0x60 | UInt8(count)] : [0x78, UInt8(count)]
                let rest = (0..<following).flatMap { _ in [0x61, 0x61] as [UInt8] }
                let list: [UInt8] = [0x98, UInt8(1 + following)] + head
                let whole = list + text + rest
                let texts = try CBORCoding.decode([String].self, from: whole.rawSpan)
                #expect(texts.first == String(decoding: text, as: UTF8.self))
                text[place] = 0xFF
                let broken = list + text + rest
                let error = #expect(throws: DecodingError.self) {
                    try CBORCoding.decode([String].self, from: broken.rawSpan)
                }
                guard case .dataCorrupted(let context)? = error else { continue }
                let expected = CBORError.Code.invalidUTF8
                let cause = context.underlyingError as? CBORError
                #expect(cause?.code == expected && cause?.offset == list.count + place)
            }
        }
    }

    @Test func `A simple value without a meaning is well-formed, and nothing to decode`() throws {
        let error = #expect(throws: DecodingError.self) {
            try CBORCoding.decode([Int].self, from: bytes("8201f8ff").rawSpan)
        }
        guard case .typeMismatch(_, let context)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(
            context.debugDescription
                == "an Int was asked for, but a simple value without a meaning stands there")
    }

    @Test(arguments: [1, 23, 24, 25, 255, 256, 257, 300, 384, 600, 65_535, 65_536])
    func `A key is read whatever its length`(count: Int) throws {
        let members = [String(repeating: "k", count: count): 1, "b": 2]
        let payload = try PayloadEncoder(.cbor).encode(members)
        let read = try PayloadDecoder(.cbor).decode([String: Int].self, from: payload.rawSpan)
        #expect(read == members)
    }

    @Test func `A key in parts is read, and one that is no text is passed over`() throws {
        // {"ab": 1}, in two parts.
        let parts: [UInt8] = [0xA1, 0x7F, 0x61, 0x61, 0x61, 0x62, 0xFF, 0x01]
        let read = try PayloadDecoder(.cbor).decode([String: Int].self, from: parts.rawSpan)
        #expect(read == ["ab": 1])
        // Behind {[1, 2]: 3}, {{}: 3}, {1.0: 3} there is "a": 1.
        for key: [UInt8] in [[0x82, 0x01, 0x02], [0xA0], [0xF9, 0x3C, 0x00]] {
            let payload = [0xA2] + key + [0x03, 0x61, 0x61, 0x01]
            let read = try PayloadDecoder(.cbor).decode([String: Int].self, from: payload.rawSpan)
            #expect(read == ["a": 1])
        }
    }
}
