import DaybookBytes
import DaybookJSON
import Testing

struct JSONValueTests {
    @Test func `a tree holds what the text says`() throws {
        let value = try JSONValue(parsing: sample)
        #expect(value["stream"]?.asString == "account-7")
        #expect(value["data"]?["amount"]?.asDouble == -1250)
        #expect(value["data"]?["amount"]?.asInt64 == -1250)
        #expect(value["data"]?["of"] == [1, 0, [], [:]])
        #expect(value["data"]?["of"]?[0]?.asInt64 == 1)
        #expect(value["data"]?["note"]?.asString == "café 😀 \"ä€😀\"\n")
        #expect(value["data"]?["open"]?.asBool == true)
        #expect(value["data"]?["closed"]?.asBool == false)
        #expect(value["data"]?["limit"]?.isNull == true)
        #expect(value["tags"]?.asArray == ["a"])
        #expect(value.asObject?.map(\.key) == ["stream", "type", "data", "tags"])
    }

    @Test func `what is not there is nil`() throws {
        let value = try JSONValue(parsing: #"{"a":[1]}"#)
        #expect(value["b"] == nil && value[0] == nil)
        #expect(value["a"]?[1] == nil && value["a"]?[-1] == nil && value["a"]?["a"] == nil)
        #expect(value.asString == nil && value.asInt64 == nil && value.asBool == nil)
        #expect(value.asArray == nil && value["a"]?.asObject == nil && value.asDouble == nil)
        #expect(!value.isNull)
    }

    @Test func `of a key that stands twice the last value is kept, at the first place`() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"\u0061":{"c":1,"c":null},"d":4}"#)
        #expect(value.text() == #"{"a":{"c":null},"b":2,"d":4}"#)
    }

    @Test func `literals make values`() throws {
        let value: JSONValue = ["a": [1, 2.5, "x", true, nil], "b": [:], "c": []]
        #expect(value.text() == #"{"a":[1,2.5,"x",true,null],"b":{},"c":[]}"#)
        #expect(try JSONValue(parsing: value.text()) == value)
    }

    @Test func `equality is that of JSON, not of Swift`() throws {
        #expect(JSONValue.string("é") != .string("e\u{301}"))
        #expect(try JSONValue(parsing: "[1.0,-0]") == JSONValue(parsing: "[1,0]"))
        #expect(try JSONValue(parsing: #"{"a":1,"b":2}"#) == JSONValue(parsing: #"{"b":2,"a":1}"#))
        #expect(try JSONValue(parsing: "[1,2]") != JSONValue(parsing: "[2,1]"))
        let different: [JSONValue] = [
            nil, false, true, 0, 1, "", "0", [], [[]], [nil], [:], ["a": nil], ["a": 0], ["b": nil],
            ["a": 0, "b": nil],
        ]
        for (index, one) in different.enumerated() {
            for (otherIndex, other) in different.enumerated() {
                #expect((one == other) == (index == otherIndex))
            }
        }
        #expect(Set(different).count == different.count)
    }

    @Test func `a value inside a text is read by its slice`() throws {
        let bytes = Array(#"{"a":1,"b": {"c":[true]} }"#.utf8)
        var fields = try JSONScanner(fieldsOf: bytes.rawSpan)
        _ = try fields.nextField()
        let b = try #require(try fields.nextField())
        #expect(try JSONValue(b.value, in: bytes) == ["c": [true]])
    }

    @Test(arguments: seeds)
    func `a tree made up comes back from its text`(seed: UInt64) throws {
        var maker = JSONMaker(seed: seed)
        for _ in 0..<300 {
            let value = maker.value(depth: 5)
            for style in [
                JSONWriter.Style.compact, .pretty, .init(isASCIIOnly: true),
                .init(isPretty: true, isASCIIOnly: true),
            ] {
                let bytes = value.bytes(style: style)
                #expect(refusal(of: bytes) == nil, "seed \(seed)")
                let back = try JSONValue(parsing: bytes)
                #expect(back == value, "seed \(seed)")
                #expect(back.hashValue == value.hashValue, "seed \(seed)")
                #expect(back.bytes(style: style) == bytes, "seed \(seed)")
                #expect(!style.isASCIIOnly || bytes.allSatisfy { $0 < 0x80 })
            }
        }
    }
}
