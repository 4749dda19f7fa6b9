import DaybookBytes
import DaybookCoding
import Testing

@Suite struct `Values there and back` {
    @Test(arguments: PayloadFormat.allCases)
    func `Every part of a value comes back as it was`(format: PayloadFormat) throws {
        let encoder = PayloadEncoder(format)
        let decoder = PayloadDecoder(format)
        for _ in 0..<2 {
            let bytes = try encoder.encode(Everything())
            #expect(try decoder.decode(Everything.self, from: bytes.rawSpan) == Everything())
        }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A value at the top need not be an object`(format: PayloadFormat) throws {
        func check<Value: Codable & Equatable>(_ value: Value) throws {
            let bytes = try PayloadEncoder(format).encode(value)
            #expect(try PayloadDecoder(format).decode(Value.self, from: bytes.rawSpan) == value)
        }
        try check(1)
        try check("text")
        try check(true)
        try check(1.5 as Float)
        try check(nil as Int?)
        try check([nil, 1] as [Int?])
        try check([1, 2, 3] as [UInt8])
        try check([[]] as [[Int]])
        try check(["a": ["b": 1]])
        try check(UInt128.max)
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A class and its superclass`(format: PayloadFormat) throws {
        let bytes = try PayloadEncoder(format).encode(SavingsAccount(owner: "Ada", rate: 0.5))
        let back = try PayloadDecoder(format).decode(SavingsAccount.self, from: bytes.rawSpan)
        #expect(back.owner == "Ada" && back.rate == 0.5)
    }

    @Test func `JSON is written as it is encoded, without space`() throws {
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try JSONCoding.encode(value), as: UTF8.self)
        }
        #expect(
            try json(MoneyPaidIn(amount: 250, reference: "salary"))
                == #"{"amount":250,"reference":"salary"}"#)
        #expect(try json([1.0, -0.5, 1e300]) == "[1.0,-0.5,1e+300]")
        #expect(try json([Int64.min, 0, .max]) == "[-9223372036854775808,0,9223372036854775807]")
        #expect(try json([UInt64.max]) == "[18446744073709551615]")
        #expect(try json(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(try json("a\"\\\n\u{1}é") == #""a\"\\\n\u0001é""#)
        #expect(try json([1: "a"]) == #"{"1":"a"}"#)
        #expect(try json([1, 2] as [UInt8]) == "[1,2]")
        #expect(
            try json([Shape.point, .circle(radius: 1)])
                == #"[{"point":{}},{"circle":{"radius":1.0}}]"#)
    }

    @Test func `A writer goes on behind what it holds, and fails without a trace`() throws {
        var output = ByteWriter()
        output.append("x")
        try JSONCoding.encode([1], into: &output)
        #expect(throws: EncodingError.self) { try JSONCoding.encode([Double.nan], into: &output) }
        try CBORCoding.encode([1], into: &output)
        #expect(output.bytes.copied() == Array("x[1]".utf8) + [0x81, 0x01])
    }

    @Test(arguments: PayloadFormat.allCases)
    func `Containers may be filled in any order`(format: PayloadFormat) throws {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: Name.self)
            var list = outer.nestedUnkeyedContainer(forKey: "list")
            try outer.encode(1, forKey: "twice")
            var object = outer.nestedContainer(keyedBy: Name.self, forKey: "object")
            try list.encode("first")
            try object.encodeNil(forKey: "null")
            var inner = list.nestedUnkeyedContainer()
            try list.encode("third")
            try inner.encode(true)
            #expect(list.count == 3)
            try outer.encode(2, forKey: "twice")
            try "late".encode(to: outer.superEncoder())
            var again = encoder.container(keyedBy: Name.self)
            try again.encode("end", forKey: "again")
        }
        let expected =
            #"{"list":["first",[true],"third"],"object":{"null":null},"twice":2,"#
            + #""super":"late","again":"end"}"#
        let bytes = try PayloadEncoder(format).encode(value)
        if format == .json { #expect(String(decoding: bytes, as: UTF8.self) == expected) }
        let tree = try PayloadDecoder(format).decode(Tree.self, from: bytes.rawSpan)
        #expect(tree == (try JSONCoding.decode(Tree.self, from: Array(expected.utf8).rawSpan)))
    }

    @Test func `Bytes are bytes in CBOR, and numbers are taken for them as well`() throws {
        #expect(try CBORCoding.encode([1, 2] as [UInt8]) == [0x42, 1, 2])
        let numbers: [UInt8] = [0x82, 1, 0x18, 0xFF]
        #expect(try CBORCoding.decode([UInt8].self, from: numbers.rawSpan) == [1, 255])
    }

    @Test(arguments: PayloadFormat.allCases)
    func `Thousands of members, some of them twice`(format: PayloadFormat) throws {
        let value = Encoding { encoder in
            var container = encoder.container(keyedBy: Name.self)
            for number in 0..<5000 {
                try container.encode(number, forKey: Name(stringLiteral: "\(number % 3000)"))
            }
        }
        let bytes = try PayloadEncoder(format).encode(value)
        let back = try PayloadDecoder(format).decode([String: Int].self, from: bytes.rawSpan)
        #expect(back.count == 3000 && back["0"] == 3000 && back["2999"] == 2999)
    }

    @Test func `Of a key that stands twice the last value counts`() throws {
        let few = Array(#"{"amount":1,"reference":"a","am\u006funt":2}"#.utf8)
        #expect(
            try JSONCoding.decode(MoneyPaidIn.self, from: few.rawSpan)
                == MoneyPaidIn(amount: 2, reference: "a"))
        #expect(try JSONCoding.decode([String: Tree].self, from: few.rawSpan).count == 2)
        let many = "{" + (0..<100).map { #""\#($0 % 40)":\#($0)"# }.joined(separator: ",") + "}"
        let found = try JSONCoding.decode([String: Int].self, from: Array(many.utf8).rawSpan)
        #expect(found.count == 40 && found["19"] == 99 && found["20"] == 60)
    }

    @Test(arguments: PayloadFormat.allCases)
    func `What is said beside a payload reaches the values`(format: PayloadFormat) throws {
        struct Told: Codable {
            static var key: CodingUserInfoKey { CodingUserInfoKey(rawValue: "told")! }
            var word: String
            init() { word = "" }
            init(from decoder: any Decoder) throws {
                word = decoder.userInfo[Self.key] as? String ?? ""
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(encoder.userInfo[Self.key] as? String ?? "")
            }
        }
        let bytes = try PayloadEncoder(format, userInfo: [Told.key: "out"]).encode(Told())
        #expect(try PayloadDecoder(format).decode(String.self, from: bytes.rawSpan) == "out")
        let decoder = PayloadDecoder(format, userInfo: [Told.key: "in"])
        #expect(try decoder.decode(Told.self, from: bytes.rawSpan).word == "in")
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A decoder and an encoder may be used by the values themselves`(
        format: PayloadFormat
    ) throws {
        let encoder = PayloadEncoder(format)
        let inner = try encoder.encode(7)
        let outer = Encoding { target in
            var list = target.unkeyedContainer()
            try list.encode("before")
            try list.encode(String(decoding: encoder.encode("inside"), as: UTF8.self).count)
        }
        let bytes = try encoder.encode([outer])
        final class Again {
            static var key: CodingUserInfoKey { CodingUserInfoKey(rawValue: "again")! }
            var decode: () throws -> Int = { 0 }
        }
        let again = Again()
        let decoder = PayloadDecoder(format, userInfo: [Again.key: again])
        again.decode = { [unowned decoder] in try decoder.decode(Int.self, from: inner.rawSpan) }
        struct Nested: Decodable {
            let first: String
            let seven: Int?
            let count: Int
            init(from source: any Decoder) throws {
                var list = try source.unkeyedContainer()
                first = try list.decode(String.self)
                seven = try (source.userInfo[Again.key] as? Again)?.decode()
                count = try list.decode(Int.self)
            }
        }
        let nested = try decoder.decode([Nested].self, from: bytes.rawSpan)[0]
        #expect(nested.first == "before" && nested.seven == 7)
        #expect(nested.count == (format == .json ? 8 : 7))
    }
}
