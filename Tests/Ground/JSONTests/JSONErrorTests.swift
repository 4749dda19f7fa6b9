import DaybookBytes
import DaybookJSON
import Testing

struct JSONErrorTests {
    @Test(arguments: [
        ("[1", "the text ends at byte 2, where a comma or `]` was expected"),
        ("", "the text ends at byte 0, where a value was expected"),
        ("{\"a\"", "the text ends at byte 4, where a colon was expected"),
        ("\"a", "the text ends at byte 2, where a closing quote was expected"),
        ("\"a\\", "the text ends at byte 3, where one of `\"\\/bfnrtu` was expected"),
        ("[1 x]", "a comma or `]` was expected at byte 3, but `x` stands there"),
        ("{1:2}", "a key in quotes was expected at byte 1, but `1` stands there"),
        ("[\u{1}]", "a value was expected at byte 1, but 0x01 stands there"),
        ("trua", "the rest of true, false or null was expected at byte 3, but `a` stands there"),
        ("\u{FEFF}1", "the text begins with a byte order mark at byte 0: remove EF BB BF"),
        ("1 2", "the value is complete, but `2` follows it at byte 2"),
        ("012", "a number may not begin with a zero and go on with `1` at byte 1"),
        ("[1.]", "in a number a digit was expected at byte 3, but `]` stands there"),
        ("\"\t\"", "a string holds the control character 0x09 at byte 1: escape it"),
        (
            "\"\\x\"",
            "one of `\"\\/bfnrtu` was expected in an escape at byte 2, but `x` stands there"
        ),
        ("\"\\ud800\"", "the escape at byte 1 is half of a surrogate pair without the other half"),
    ])
    func `a refusal says what, where and why`(text: String, message: String) {
        #expect(refusal(of: text)?.description == message)
    }

    @Test func `a refusal of bytes and of depth says so`() {
        #expect(
            refusal(of: [0x22, 0xFF, 0x22])?.description
                == "a string is not UTF-8: the sequence at byte 1, 0xFF, is broken")
        #expect(
            refusal(of: [UInt8](repeating: 0x5B, count: 513))?.description
                == "at byte 512 objects and arrays are nested more than 512 deep")
    }

    @Test(arguments: [
        ("[]", "a whole number was asked for, but the value at byte 0 begins with `[`"),
        ("0.5", "a whole number was asked for, but the one at byte 0 has a fraction"),
        ("1e30", "the number at byte 0 does not fit into 64 bits with a sign"),
    ])
    func `an error in reading a value says what was asked for`(text: String, message: String) throws
    {
        let bytes = Array(text.utf8)
        let slice = try JSON.slice(of: bytes.rawSpan)
        let error = thrown { () throws(JSONError) in _ = try slice.int64(in: bytes) }
        #expect(error?.description == message)
    }
}
