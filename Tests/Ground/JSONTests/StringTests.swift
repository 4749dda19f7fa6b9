import DaybookBytes
import DaybookJSON
import Testing

struct StringTests {
    @Test(arguments: [
        (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041""#, "A"), (#""\u00e9\u00E9""#, "éé"), (#""\u20ac""#, "€"),
        (#""\ud83d\ude00""#, "😀"), (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10FFFF}"),
        (#""\u0000""#, "\0"), (#""\uffff\ufffe""#, "\u{FFFF}\u{FFFE}"),
        (#""\ud7ff\ue000""#, "\u{D7FF}\u{E000}"), (#""ä€😀\n""#, "ä€😀\n"),
        (#""\\u0041""#, "\\u0041"), (#""\\""#, "\\"), (#""a\/b""#, "a/b"),
        (#""12345678\n12345678\t""#, "12345678\n12345678\t"),
    ])
    func `escapes are resolved`(text: String, means: String) throws {
        let bytes = Array(text.utf8)
        let slice = try JSON.slice(of: bytes.rawSpan)
        #expect(slice.kind == .string)
        #expect(slice.hasEscapes == text.contains("\\"))
        #expect((slice.plainText == nil) == slice.hasEscapes)
        #expect(Array(try slice.string(in: bytes).utf8) == Array(means.utf8))
        #expect(try JSONValue(parsing: text) == .string(means))
        var output = ByteWriter()
        output.append("before ")
        try slice.appendText(in: bytes.rawSpan, to: &output)
        #expect(output.bytes.copied() == Array("before \(means)".utf8))
    }

    @Test(arguments: [
        (#""\a""#, 2), (#""\'""#, 2), (#""\x41""#, 2), (#""\ ""#, 2), (#""ab\U0041""#, 4),
        (#""\u004""#, 6), (#""\u00g1""#, 5), (#""\u""#, 3), (#""\u 041""#, 3), (#""\u+041""#, 3),
        (#""\u-041""#, 3), (#""\ud83d\u00zz""#, 11), ("\"\\\n\"", 2), ("\"\\ä\"", 2),
    ])
    func `what is no escape is refused`(text: String, offset: Int) {
        #expect(refusal(of: text)?.code == .invalidEscape)
        #expect(refusal(of: text)?.offset == offset)
    }

    @Test(arguments: [
        (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\udfff\ud800""#, 1), (#""ab\ud83d\n""#, 3),
        (#""\ud83d\ud83d\ude00""#, 1), (#""\ud83d\u0041""#, 1), (#""\ud83dx""#, 1),
        (#""\ud83d\ude00\ude00""#, 13), (#""\uDBFF ""#, 1), (#""\ud83d\udbff""#, 1),
        (#""\ud83d\ue000""#, 1),
    ])
    func `a lone surrogate is refused`(text: String, offset: Int) {
        #expect(refusal(of: text)?.code == .loneSurrogate)
        #expect(refusal(of: text)?.offset == offset)
    }

    @Test(arguments: UInt8(0)..<0x20, [0, 3, 7, 8, 9, 20])
    func `a control character is refused wherever it stands`(control: UInt8, at: Int) {
        let plain = [UInt8](repeating: 0x61, count: at)
        let error = refusal(of: [0x22] + plain + [control] + plain + [0x22])
        #expect(error?.code == .controlCharacter)
        #expect(error?.offset == at + 1)
    }

    @Test(arguments: 0..<24)
    func `a string is found to end where it ends, at every alignment`(length: Int) throws {
        for other in ["", "ä", #"\""#, #"\\"#, "😀", "\u{7F}", "!", "#", "[", "]"] {
            let text = String(repeating: "x", count: length) + other
            let bytes = Array("[\"\(text)\",1]".utf8)
            var elements = try JSONScanner(elementsOf: bytes.rawSpan)
            let string = try elements.nextElement()
            #expect(string?.range == 1..<text.utf8.count + 3)
            #expect(try elements.nextElement()?.kind == .number)
            #expect(try elements.nextElement() == nil)
        }
    }

    static let hostile: [(bytes: [UInt8], what: String)] = [
        ([0x80], "a continuation alone"), ([0xBF], "the last continuation alone"),
        ([0xC0, 0x80], "NUL in two bytes"), ([0xC0, 0xAF], "a slash in two bytes"),
        ([0xC1, 0xBF], "ASCII in two bytes"), ([0xC2], "a lead alone"),
        ([0xC3, 0x28], "two bytes, the second ASCII"), ([0xC3, 0xC3], "two leads"),
        ([0xE0, 0x80, 0x80], "NUL in three bytes"), ([0xE0, 0x80, 0xAF], "a slash in three"),
        ([0xE0, 0x9F, 0xBF], "U+07FF in three bytes"), ([0xE2, 0x82], "three bytes without one"),
        ([0xE2, 0x28, 0xA1], "ASCII in the middle"), ([0xE2, 0x82, 0x28], "ASCII at the end"),
        ([0xED, 0xA0, 0x80], "the surrogate U+D800"), ([0xED, 0xBF, 0xBF], "U+DFFF"),
        ([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], "a pair of surrogates"),
        ([0xF0, 0x80, 0x80, 0x80], "NUL in four bytes"),
        ([0xF0, 0x8F, 0xBF, 0xBF], "U+FFFF in four bytes"),
        ([0xF0, 0x9F, 0x98], "four bytes without one"),
        ([0xF0, 0x28, 0x8C, 0xBC], "ASCII second of four"),
        ([0xF0, 0x90, 0x28, 0xBC], "ASCII third of four"),
        ([0xF0, 0x90, 0x8C, 0x28], "ASCII last of four"),
        ([0xF4, 0x90, 0x80, 0x80], "U+110000"), ([0xF5, 0x80, 0x80, 0x80], "a lead too great"),
        ([0xF8, 0x88, 0x80, 0x80, 0x80], "five bytes"), ([0xFC, 0x84, 0x80], "six bytes"),
        ([0xFE], "FE"), ([0xFF], "FF"),
    ]

    @Test(arguments: hostile.map(\.bytes), ["", "1234567", "ä", "😀😀"])
    func `a string that is not UTF-8 is refused`(sequence: [UInt8], before: String) {
        let text = [0x22] + Array(before.utf8) + sequence + Array(" and more\"".utf8)
        let error = refusal(of: text)
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == 1 + before.utf8.count)
        #expect(!Recogniser.accepts(text))
    }

    @Test func `every Unicode scalar is accepted as it is and as an escape`() throws {
        var writer = JSONWriter(style: .init(isASCIIOnly: true))
        var all = ""
        for value in UInt32(0)...0x10FFFF where value % 61 == 0 || value < 0x900 {
            if let scalar = Unicode.Scalar(value) { all.unicodeScalars.append(scalar) }
        }
        writer.string(all)
        let escaped = writer.bytes.copied()
        #expect(escaped.allSatisfy { $0 < 0x80 })
        #expect(try Array(JSONValue(parsing: escaped).asString!.utf8) == Array(all.utf8))
        let asIs = JSONValue.string(all).bytes()
        #expect(try Array(JSONValue(parsing: asIs).asString!.utf8) == Array(all.utf8))
    }
}
