/// How far an import has come in its source: what the tracking mark of each of its appends holds.
///
/// As text, so that a person who looks at it understands: `184533829 bytes, 541909 lines, sha256
/// 9f86…`.
struct ImportToken: Sendable, Equatable {
    /// Bytes of the source, unpacked.
    let bytes: Int
    /// Lines in them, the empty ones too.
    let lines: Int
    /// SHA-256 of those bytes.
    let digest: [UInt8]

    var text: String { "\(bytes) bytes, \(lines) lines, sha256 \(Self.hexadecimal(digest))" }

    /// The bytes of the tracking mark.
    var mark: [UInt8] { Array(text.utf8) }

    init(bytes: Int, lines: Int, digest: [UInt8]) {
        self.bytes = bytes
        self.lines = lines
        self.digest = digest
    }

    /// Nil for what no import wrote.
    init?(mark: [UInt8]) {
        let words = String(decoding: mark, as: UTF8.self).split(separator: " ")
        guard words.count == 6, words[1] == "bytes,", words[3] == "lines,", words[4] == "sha256",
            let bytes = Int(words[0]), let lines = Int(words[2]), bytes >= 0, lines >= 0,
            let digest = Self.bytes(hexadecimal: words[5]), digest.count == 32
        else { return nil }
        self.init(bytes: bytes, lines: lines, digest: digest)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
