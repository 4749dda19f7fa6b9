import DaybookBytes
import DaybookJSON
import Testing

struct JSONWriterTests {
    func written(
        _ style: JSONWriter.Style = .compact, _ body: (inout JSONWriter) -> Void
    ) -> String {
        var writer = JSONWriter(style: style)
        body(&writer)
        let text = writer.finish().bytes.text()
        #expect(refusal(of: text) == nil)
        return text
    }

    func writeAll(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("a")
        writer.integer(1)
        writer.key("b\n")
        writer.beginArray()
        writer.string("x")
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("c")
        writer.beginObject()
        writer.key("")
        writer.raw(Array("[ 1 ]".utf8).rawSpan)
        writer.endObject()
        writer.endObject()
    }

    @Test func `compact text has no white space`() {
        let text = written(.compact) { writeAll(&$0) }
        #expect(text == #"{"a":1,"b\n":["x",true,false,null,{},[]],"c":{"":[ 1 ]}}"#)
    }

    @Test func `pretty text is indented by two spaces`() {
        let text = written(.pretty) { writeAll(&$0) }
        #expect(
            text == """
                {
                  "a": 1,
                  "b\\n": [
                    "x",
                    true,
                    false,
                    null,
                    {},
                    []
                  ],
                  "c": {
                    "": [ 1 ]
                  }
                }
                """)
    }

    @Test(arguments: [
        ("", #""""#), ("a", #""a""#), ("\"\\/", #""\"\\/""#),
        ("\u{8}\u{9}\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\0\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""), ("ä€😀", "\"ä€😀\""),
        ("1234567\"89012345\n", #""1234567\"89012345\n""#),
    ])
    func `only what must be escaped is escaped`(text: String, json: String) {
        #expect(written { $0.string(text) } == json)
        let utf8 = written { writer in
            #expect(throws: Never.self) { try writer.string(utf8: Array(text.utf8).rawSpan) }
        }
        #expect(utf8 == json)
    }

    @Test func `beyond ASCII is escaped if the style says so`() {
        let text = "aä€😀\u{10FFFF}\u{FFFF}\u{80}z"
        #expect(
            written(.init(isASCIIOnly: true)) { $0.string(text) }
                == #""a\u00e4\u20ac\ud83d\ude00\udbff\udfff\uffff\u0080z""#)
    }

    @Test(arguments: StringTests.hostile.map(\.bytes))
    func `bytes that are no UTF-8 are refused and leave no trace`(sequence: [UInt8]) {
        var writer = JSONWriter()
        writer.beginArray()
        writer.integer(1)
        let before = writer.bytes.copied()
        do {
            try writer.string(utf8: (Array("ab".utf8) + sequence).rawSpan)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .invalidUTF8)
            #expect(error.offset == 2)
        }
        #expect(writer.bytes.copied() == before)
        writer.integer(2)
        writer.endArray()
        #expect(writer.bytes.text() == "[1,2]")
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e20, "1e+20"), (1e-7, "1e-07"),
            (0.30000000000000004, "0.30000000000000004"), (1.7976931348623157e308, nil),
            (-12.5, "-12.5"),
        ] as [(Double, String?)])
    func `a floating-point number is written in its shortest form`(
        value: Double, text: String?
    ) throws {
        let json = written { writer in #expect(throws: Never.self) { try writer.double(value) } }
        #expect(text == nil || json == text)
        #expect(try JSONValue(parsing: json).asDouble?.bitPattern == value.bitPattern)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
    func `what is not finite is refused and leaves no trace`(value: Double) {
        var writer = JSONWriter()
        writer.beginArray()
        do {
            try writer.double(value)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .notFinite)
            #expect(
                error.description
                    == "at byte 1 of the output a number is not finite: JSON cannot write it")
        }
        writer.endArray()
        #expect(writer.bytes.text() == "[]")
    }

    @Test func `integers of every width are written`() {
        let text = written { writer in
            writer.beginArray()
            writer.integer(Int64.min)
            writer.integer(UInt64.max)
            writer.integer(UInt8(7))
            writer.integer(-1)
            writer.endArray()
        }
        #expect(text == "[-9223372036854775808,18446744073709551615,7,-1]")
    }

    @Test func `lines follow one another, and the memory is used again`() {
        var writer = JSONWriter()
        writer.integer(1)
        writer.endLine()
        writer.beginObject()
        writer.endObject()
        writer.endLine()
        #expect(writer.bytes.text() == "1\n{}\n")
        writer.removeAll()
        writer.string("x")
        #expect(writer.bytes.text() == "\"x\"")
    }

    @Test func `a writer goes on behind what is there`() {
        var output = ByteWriter()
        output.append("data: ")
        var writer = JSONWriter(into: output)
        writer.bool(true)
        #expect(writer.finish().bytes.text() == "data: true")
    }

    @Test func `a text is formatted anew without losing a spelling`() throws {
        let source = Array(
            " { \"a\\u0062\" : [ 1.0 , 1e5,\"\\/ä\" , { } ,[ ] ],\n\"x\":1,\"x\":2 } ".utf8)
        var writer = JSONWriter()
        try writer.reformatted(source.rawSpan)
        writer.endLine()
        #expect(
            writer.bytes.text() == #"{"a\u0062":[1.0,1e5,"\/ä",{},[]],"x":1,"x":2}"# + "\n")
        var pretty = JSONWriter(style: .pretty)
        pretty.beginArray()
        try pretty.reformatted(Array(#"{"a":[1]}"#.utf8).rawSpan)
        pretty.endArray()
        #expect(
            pretty.bytes.text() == """
                [
                  {
                    "a": [
                      1
                    ]
                  }
                ]
                """)
    }

    @Test(arguments: 0..<sample.count)
    func `a text that cannot be formatted anew leaves no trace`(length: Int) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("k")
        do {
            try writer.reformatted(Array(sample.prefix(length)).rawSpan)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .unexpectedEnd)
        }
        #expect(writer.bytes.text() == #"{"k":"#)
        writer.null()
        writer.endObject()
        #expect(writer.bytes.text() == #"{"k":null}"#)
    }

    @Test func `the first element is the first after one that could not be formatted, too`() {
        var writer = JSONWriter(style: .pretty)
        writer.beginArray()
        let error = thrown { () throws(JSONError) in
            try writer.reformatted(Array("[1,{}x".utf8).rawSpan)
        }
        #expect(error?.offset == 5)
        writer.endArray()
        #expect(writer.bytes.text() == "[]")
    }

    @Test(arguments: seeds)
    func `formatted anew a text is that of its tree`(seed: UInt64) throws {
        var maker = JSONMaker(seed: seed)
        for _ in 0..<100 {
            let value = maker.value(depth: 5)
            var pretty = JSONWriter(style: .pretty)
            try pretty.reformatted(value.bytes().rawSpan)
            #expect(pretty.bytes.copied() == value.bytes(style: .pretty), "seed \(seed)")
            var compact = JSONWriter()
            try compact.reformatted(value.bytes(style: .pretty).rawSpan)
            #expect(compact.bytes.copied() == value.bytes(), "seed \(seed)")
        }
    }
}
