import DaybookBytes
import DaybookJSON
import Testing

struct GrammarTests {
    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "1234567890123456789012345678901234567890", "0.0", "1.5",
        "-0.001", "1e0", "1E5", "1e+5", "1e-5", "0e0", "0E+0", "123.456e789", "1e99999", "-0e-0",
        "true", "false", "null", " true", "\t\r\n true \t\r\n", "[]", "{}", "[ ]", "{ }", "[[]]",
        "[{}]", "[1]", "[1,2]", " [ 1 , 2 ] ", #"{"a":1}"#, #" { "a" : 1 , "b" : 2 } "#,
        #"{"":""}"#, #"{"a":1,"a":2}"#, #"[[],[[]],{},{"a":[{}]}]"#, #""""#, #""a""#,
        #""12345678""#, #""123456789""#, #""/""#, "\"\u{7F}\"", "\"\u{2028}\u{2029}\"",
        "\"\u{FEFF}\"", "\"\u{0}\"".replacingNUL, #"[true,false,null]"#, #"[""]"#,
        #"{"a":{"b":{"c":[{"d":[]}]}}}"#,
    ])
    func `a text that the grammar allows is accepted`(text: String) {
        #expect(refusal(of: text) == nil)
        #expect(Recogniser.accepts(Array(text.utf8)))
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let text: String
        let code: JSONError.Code
        let offset: Int
        init(_ text: String, _ code: JSONError.Code, _ offset: Int) {
            (self.text, self.code, self.offset) = (text, code, offset)
        }
        var testDescription: String { text }
    }

    func check(_ refused: Refused) {
        let error = refusal(of: refused.text)
        #expect(error?.code == refused.code)
        #expect(error?.offset == refused.offset)
        #expect(!Recogniser.accepts(Array(refused.text.utf8)))
    }

    @Test(arguments: [
        Refused("01", .invalidNumber, 1), Refused("-01", .invalidNumber, 2),
        Refused("00", .invalidNumber, 1), Refused("[1,02]", .invalidNumber, 4),
        Refused("1.", .unexpectedEnd, 2), Refused("[1.]", .invalidNumber, 3),
        Refused("1.e5", .invalidNumber, 2), Refused("1.-1", .invalidNumber, 2),
        Refused(".5", .unexpectedByte, 0), Refused("-.5", .invalidNumber, 1),
        Refused("-", .unexpectedEnd, 1), Refused("[-]", .invalidNumber, 2),
        Refused("--1", .invalidNumber, 1), Refused("-a", .invalidNumber, 1),
        Refused("1e", .unexpectedEnd, 2), Refused("[1e]", .invalidNumber, 3),
        Refused("1e+", .unexpectedEnd, 3), Refused("[1e-]", .invalidNumber, 4),
        Refused("1e+-1", .invalidNumber, 3), Refused("1e1.5", .trailingBytes, 3),
        Refused("+1", .unexpectedByte, 0), Refused("1+1", .trailingBytes, 1),
        Refused("0x10", .trailingBytes, 1), Refused("1_000", .trailingBytes, 1),
        Refused("[1 000]", .unexpectedByte, 3), Refused("1a", .trailingBytes, 1),
        Refused("NaN", .unexpectedByte, 0), Refused("nan", .unexpectedByte, 1),
        Refused("Infinity", .unexpectedByte, 0), Refused("-Infinity", .invalidNumber, 1),
        Refused("1.5.5", .trailingBytes, 3), Refused("0e", .unexpectedEnd, 2),
        Refused("１", .unexpectedByte, 0), Refused("1,5", .trailingBytes, 1),
    ])
    func `a number that is not written as JSON wants it is refused`(refused: Refused) {
        check(refused)
    }

    @Test(arguments: [
        Refused("", .unexpectedEnd, 0), Refused("  ", .unexpectedEnd, 2),
        Refused("[", .unexpectedEnd, 1), Refused("]", .unexpectedByte, 0),
        Refused("}", .unexpectedByte, 0), Refused("[1", .unexpectedEnd, 2),
        Refused("[1,", .unexpectedEnd, 3), Refused("[1,]", .unexpectedByte, 3),
        Refused("[,1]", .unexpectedByte, 1), Refused("[1,,2]", .unexpectedByte, 3),
        Refused("[1}", .unexpectedByte, 2), Refused("[1;2]", .unexpectedByte, 2),
        Refused("[]]", .trailingBytes, 2), Refused("[] []", .trailingBytes, 3),
        Refused("[1:2]", .unexpectedByte, 2), Refused("[\"a\":2]", .unexpectedByte, 4),
        Refused("{", .unexpectedEnd, 1), Refused("{]", .unexpectedByte, 1),
        Refused("{1:2}", .unexpectedByte, 1), Refused("{a:1}", .unexpectedByte, 1),
        Refused("{'a':1}", .unexpectedByte, 1), Refused("{null:1}", .unexpectedByte, 1),
        Refused("{,}", .unexpectedByte, 1), Refused(#"{"a"}"#, .unexpectedByte, 4),
        Refused(#"{"a",1}"#, .unexpectedByte, 4), Refused(#"{"a":}"#, .unexpectedByte, 5),
        Refused(#"{"a":1,}"#, .unexpectedByte, 7), Refused(#"{"a":1 "b":2}"#, .unexpectedByte, 7),
        Refused(#"{"a":1]"#, .unexpectedByte, 6), Refused(#"{"a"::1}"#, .unexpectedByte, 5),
        Refused(#"{"a":1,,"b":2}"#, .unexpectedByte, 7), Refused(#"{"a":1}}"#, .trailingBytes, 7),
        Refused(#"{"a" 1}"#, .unexpectedByte, 5), Refused(#"{"a":1 2}"#, .unexpectedByte, 7),
        Refused(#"{[]:1}"#, .unexpectedByte, 1), Refused(#"{"a":{"b":[}}"#, .unexpectedByte, 11),
        Refused("tru", .unexpectedEnd, 3), Refused("truE", .unexpectedByte, 3),
        Refused("True", .unexpectedByte, 0), Refused("trueish", .trailingBytes, 4),
        Refused("fals", .unexpectedEnd, 4), Refused("falsy", .unexpectedByte, 4),
        Refused("nul", .unexpectedEnd, 3), Refused("nule", .unexpectedByte, 3),
        Refused("[tru]", .unexpectedByte, 4), Refused("undefined", .unexpectedByte, 0),
        Refused("'a'", .unexpectedByte, 0), Refused("\"a\" \"b\"", .trailingBytes, 4),
        Refused("[1] // one", .trailingBytes, 4), Refused("/* */ 1", .unexpectedByte, 0),
        Refused("[1 /* */]", .unexpectedByte, 3), Refused("\u{FEFF}{}", .byteOrderMark, 0),
        Refused(" \u{FEFF}{}", .unexpectedByte, 1), Refused("\u{A0}1", .unexpectedByte, 0),
        Refused("\u{0C}1", .unexpectedByte, 0), Refused("\u{0B}[]", .unexpectedByte, 0),
        Refused("[\u{0}]", .unexpectedByte, 1), Refused("1\u{0}", .trailingBytes, 1),
        Refused("{}\u{0}", .trailingBytes, 2), Refused("\u{2028}1", .unexpectedByte, 0),
    ])
    func `a structure that is not JSON is refused`(refused: Refused) {
        check(refused)
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func `a hundred thousand levels are refused and do not crash`(opener: String) {
        let error = refusal(of: String(repeating: opener, count: 100_000))
        #expect(error?.code == .nestingTooDeep)
        // The bracket number 513: with two to an opener, the first of opener 257.
        #expect(error?.offset == (opener.hasPrefix("[{") ? 256 : 512) * opener.utf8.count)
    }

    @Test func `as many levels as the limit says are accepted and one more is refused`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(JSONScanner.nestingDepthMax == 512)
        #expect(refusal(of: nested(512)) == nil)
        #expect(refusal(of: nested(513))?.code == .nestingTooDeep)
        #expect(refusal(of: nested(513))?.offset == 512)
        #expect(scanRefusal(of: Array(#"{"a":\#(nested(511))}"#.utf8)) == nil)
        #expect(scanRefusal(of: Array(#"{"a":\#(nested(512))}"#.utf8))?.code == .nestingTooDeep)
    }

    @Test func `each level remembers whether it is an object or an array`() {
        // The kinds of 512 levels by chance, so that every bit of the stack is used both ways.
        var random = SplitMix64(seed: 512)
        let kinds = (0..<512).map { _ in Bool.random(using: &random) }
        let opening = kinds.map { $0 ? #"{"k":"# : "[" }.joined() + "0"
        let closing = kinds.reversed().map { $0 ? "}" : "]" }
        #expect(refusal(of: opening + closing.joined()) == nil)
        for level in closing.indices {
            var wrong = closing
            wrong[level] = wrong[level] == "}" ? "]" : "}"
            let error = refusal(of: opening + wrong.joined())
            #expect(error?.code == .unexpectedByte)
            #expect(error?.offset == opening.utf8.count + level)
        }
    }
}

extension String {
    /// The text with its NUL written as an escape: a raw one is refused.
    var replacingNUL: String { split(separator: "\0").joined(separator: #"\u0000"#) }
}
