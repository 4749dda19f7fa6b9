import DaybookBytes
import DaybookJSON
import Testing

struct JSONScannerTests {
    struct Found: Equatable {
        let key: String
        let kind: JSONKind
        let text: String
    }

    func fields(_ text: String) throws -> [Found] {
        let bytes = Array(text.utf8)
        var scanner = try JSONScanner(fieldsOf: bytes.rawSpan)
        var found: [Found] = []
        while let field = try scanner.nextField() {
            let value = field.value
            found.append(
                Found(
                    key: try field.name(in: bytes.rawSpan), kind: value.kind,
                    text: String(decoding: bytes[value.range], as: UTF8.self)))
        }
        #expect(try scanner.nextField() == nil, "the end stays the end")
        return found
    }

    @Test func `fields come with key, kind and the bytes of the value`() throws {
        let text =
            #" { "a":{"x":[1, 2]} , "b" : [ ] ,"c":"s\n","d":-1.5e3,"e":true,"f":false,"#
            + #""g":null , "":"" } "#
        #expect(
            try fields(text) == [
                Found(key: "a", kind: .object, text: #"{"x":[1, 2]}"#),
                Found(key: "b", kind: .array, text: "[ ]"),
                Found(key: "c", kind: .string, text: #""s\n""#),
                Found(key: "d", kind: .number, text: "-1.5e3"),
                Found(key: "e", kind: .true, text: "true"),
                Found(key: "f", kind: .false, text: "false"),
                Found(key: "g", kind: .null, text: "null"),
                Found(key: "", kind: .string, text: "\"\""),
            ])
        #expect(try fields("{}").isEmpty)
        #expect(try fields(" { } ").isEmpty)
    }

    @Test func `a key that stands twice is answered twice`() throws {
        #expect(try fields(#"{"a":1,"a":2}"#).map(\.text) == ["1", "2"])
    }

    @Test(arguments: [
        (#"{"stream":1}"#, true), (#"{"st\u0072eam":1}"#, true), (#"{"\u0073tream":1}"#, true),
        (#"{"streams":1}"#, false), (#"{"strea":1}"#, false), (#"{"Stream":1}"#, false),
        (#"{"":1}"#, false), (#"{"strea\n":1}"#, false), (#"{"stream\u0000":1}"#, false),
    ])
    func `a key is compared with its escapes resolved`(text: String, isStream: Bool) throws {
        let bytes = Array(text.utf8)
        var scanner = try JSONScanner(fieldsOf: bytes.rawSpan)
        let field = try #require(try scanner.nextField())
        #expect(field.isNamed("stream", in: bytes) == isStream)
    }

    @Test func `names of one scalar, of none and beyond ASCII are compared, too`() throws {
        let bytes = Array(#"{"é":1,"a":2,"":3}"#.utf8)
        var scanner = try JSONScanner(fieldsOf: bytes.rawSpan)
        let (e, a, empty) = (
            try scanner.nextField()!, try scanner.nextField()!, try scanner.nextField()!
        )
        #expect(e.isNamed("é", in: bytes))
        #expect(!e.isNamed("e\u{301}", in: bytes))
        #expect(a.isNamed("a", in: bytes) && !a.isNamed("", in: bytes))
        #expect(empty.isNamed("", in: bytes) && !empty.isNamed("a", in: bytes))
    }

    @Test func `a value inside is scanned with the offsets of the whole`() throws {
        let bytes = Array(#"{"data":{"lines":[10,[20],"x"]},"tags":["a","b\u0063"]}"#.utf8)
        var outer = try JSONScanner(fieldsOf: bytes.rawSpan)
        let data = try #require(try outer.nextField()).value
        let tags = try #require(try outer.nextField()).value
        var inner = try JSONScanner(fieldsOf: data, in: bytes.rawSpan)
        let lines = try #require(try inner.nextField()).value
        #expect(try inner.nextField() == nil)
        var elements = try JSONScanner(elementsOf: lines, in: bytes.rawSpan)
        var ranges: [Range<Int>] = []
        while let element = try elements.nextElement() { ranges.append(element.range) }
        #expect(ranges == [18..<20, 21..<25, 26..<29])
        #expect(try tags.strings(in: bytes) == ["a", "bc"])
        #expect(try JSONValue(data, in: bytes)["lines"]?[1]?[0] == 20)
    }

    @Test(arguments: [
        (#"{"a":1,}"#, 7), (#"{"a":tru}"#, 8), (#"{"a":1} x"#, 8), (#"{"a":1"#, 6),
        (#"{"a":1,"b":[1,{"c":01}]}"#, 20), (#"{"a":1 "b":2}"#, 7), (#"{,"a":1}"#, 1),
        (#"{"a":[}"#, 6), (#"{"a":1,,}"#, 7), (#"{"a"}"#, 4), (#"{"a":"\x"}"#, 7),
    ])
    func `a scanner refuses at the same byte as the validator`(text: String, offset: Int) {
        let error = scanRefusal(of: Array(text.utf8))
        #expect(error?.offset == offset)
        #expect(error == refusal(of: text))
    }

    @Test(arguments: [
        ("[1]", JSONError.Code.wrongKind, 0), ("  12", .wrongKind, 2), ("\"{\"", .wrongKind, 0),
        ("null", .wrongKind, 0), ("", .unexpectedEnd, 0), ("[1,]", .unexpectedByte, 3),
        ("x", .unexpectedByte, 0), ("[1] x", .trailingBytes, 4),
        ("\u{FEFF}{}", .byteOrderMark, 0),
    ])
    func `what is no object has no fields`(text: String, code: JSONError.Code, offset: Int) {
        let error = scanRefusal(of: Array(text.utf8))
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test func `a value is read as the kind it is, and no other`() throws {
        let bytes = Array(#"[{},[],"s",1,true,false,null,[1]]"#.utf8)
        var kinds: [JSONKind] = []
        var elements = try JSONScanner(elementsOf: bytes.rawSpan)
        while let value = try elements.nextElement() {
            kinds.append(value.kind)
            func refuses(_ body: (JSONSlice) throws(JSONError) -> Void) -> Bool {
                do { try body(value) } catch { return error.code == .wrongKind }
                return false
            }
            #expect(
                refuses { v throws(JSONError) in _ = try v.string(in: bytes) }
                    == (value.kind != .string))
            #expect(
                refuses { v throws(JSONError) in _ = try v.int64(in: bytes) }
                    == (value.kind != .number))
            #expect(
                refuses { v throws(JSONError) in _ = try v.bool(in: bytes) }
                    == (value.kind != .true && value.kind != .false))
            #expect(
                refuses { v throws(JSONError) in _ = try v.strings(in: bytes) }
                    == (value.kind != .array || value.range.count > 2))
        }
        #expect(kinds == [.object, .array, .string, .number, .true, .false, .null, .array])
    }

    @Test func `true and false are read, and an array of strings in its order`() throws {
        let bytes = Array(#"[true,false,["b","a","a"]]"#.utf8)
        var elements = try JSONScanner(elementsOf: bytes.rawSpan)
        #expect(try elements.nextElement()?.bool(in: bytes) == true)
        #expect(try elements.nextElement()?.bool(in: bytes) == false)
        #expect(try elements.nextElement()?.strings(in: bytes) == ["b", "a", "a"])
    }

    @Test func `an element that is no string is named by its offset`() throws {
        let bytes = Array(#"["a", 5]"#.utf8)
        let slice = try JSON.slice(of: bytes.rawSpan)
        let error = thrown { () throws(JSONError) in _ = try slice.strings(in: bytes) }
        #expect(error?.code == .wrongKind)
        #expect(error?.offset == 6)
    }
}
