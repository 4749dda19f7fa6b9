import DaybookBytes
import Testing

struct Base64Tests {
    /// The vectors of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `texts are those of the standard, with and without padding`(plain: String, text: String) {
        let bytes = Array(plain.utf8)
        let bare = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.encode(bytes, isPadded: false) == bare)
        #expect(Base64.decode(text) == bytes)
        #expect(Base64.decode(text, needsPadding: false) == bytes)
        #expect(Base64.decode(bare, needsPadding: false) == bytes)
        #expect(bare == text || Base64.decode(bare) == nil)
    }

    @Test(arguments: [
        "Z", "Zg=", "Z===", "Zh==", "Zm9=", "=", "====", "Zg==Zg==", "A", "A===", "=AQI",
        "Zm9v!A==", "Zm 9v",
    ])
    func `what nobody encodes is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
        if text != "Zg=" { #expect(Base64.decode(text, needsPadding: false) == nil) }
    }

    @Test func `every byte travels`() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 &- $0 &* 37) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
