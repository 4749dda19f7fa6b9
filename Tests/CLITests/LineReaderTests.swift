import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookCLI

@Suite struct LineReaderTests {
    /// Reads all lines of bytes that come in pieces.
    func lines(_ bytes: [UInt8], piece: Int = 7) throws -> [String] {
        let pieces = Pieces(bytes, size: piece)
        var reader = LineReader(InputStream(pieces))
        var lines: [String] = []
        while try reader.advance() == .line { lines.append(reader.line.text()) }
        #expect(reader.lines == lines.count)
        return lines
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\n", ["", ""]),
        ("a\r\nb\r\n", ["a\r", "b\r"]), ("a\0b\n", ["a\0b"]),
    ])
    func `Lines end at line breaks and at the end`(text: String, expected: [String]) throws {
        for piece in [1, 2, 100] { #expect(try lines(Array(text.utf8), piece: piece) == expected) }
    }

    @Test func `Lines longer than the memory are whole`() throws {
        let long = String(repeating: "x", count: 3 << 20)
        #expect(
            try lines(Array((long + "\ny\n" + long).utf8), piece: 100_000) == [long, "y", long])
    }

    @Test func `A line without an end has a limit`() throws {
        let pieces = Pieces(
            [UInt8](repeating: 65, count: LineReader.lineBytesMax + 2), size: 1 << 20)
        var reader = LineReader(InputStream(pieces))
        #expect(throws: InputError.lineTooLong) { try reader.advance() }
    }

    @Test func `The token is the digest of what was taken`() throws {
        let pieces = Pieces(Array("abc\ndef\nxyz".utf8), size: 2)
        var reader = LineReader(InputStream(pieces))
        _ = try reader.advance()
        let first = reader.token()
        #expect(
            first.text == "4 bytes, 1 lines, sha256 "
                + "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb")
        _ = try reader.advance()
        #expect(reader.tokenBeforeLine() == first)
        #expect(reader.token().lines == 2)
        #expect(ImportToken(mark: first.mark) == first)
        #expect(ImportToken(mark: Array("something else".utf8)) == nil)
    }

    @Test func `A byte is found wherever it stands`() {
        for count in 0..<20 {
            var bytes = [UInt8](repeating: 0x8A, count: count)
            #expect(bytes.rawSpan.firstIndex(of: 0x0A) == nil)
            for at in 0..<count {
                bytes[at] = 0x0A
                #expect(bytes.rawSpan.firstIndex(of: 0x0A) == at)
                bytes[at] = 0x0B
            }
        }
    }
}

@Suite struct InputStreamTests {
    static let text = (0..<5000).map { "line \($0) of a text that packs well\n" }.joined()

    func unpacked(_ bytes: [UInt8], piece: Int = 911) throws -> String {
        let pieces = Pieces(bytes, size: piece)
        var stream = InputStream(pieces)
        var result: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 5000)
        while true {
            let count = try room.withUnsafeMutableBytes { try stream.read(into: $0) }
            if count == 0 { break }
            result += room[..<count]
        }
        #expect(stream.sourceBytes == bytes.count)
        return String(decoding: result, as: UTF8.self)
    }

    static func gzip(_ text: String) throws -> [UInt8] {
        try Subprocess.run("gzip", ["-c"], input: Array(text.utf8)).output
    }

    static func zstd(_ text: String) throws -> [UInt8] {
        var encoder = ZstdEncoder()
        var packed: [UInt8] = []
        try encoder.encode(Array(text.utf8).rawSpan, isLast: true) { packed += $0.copied() }
        return packed
    }

    @Test(arguments: [1, 2, 911, 1 << 20])
    func `Packed and plain text is known by its content`(piece: Int) throws {
        let text = Self.text
        #expect(try unpacked(Array(text.utf8), piece: piece) == text)
        #expect(try unpacked(Self.gzip(text), piece: piece) == text)
        #expect(try unpacked(Self.zstd(text), piece: piece) == text)
        #expect(try unpacked([], piece: piece) == "")
        #expect(try unpacked([0x1F], piece: piece) == "\u{1F}")
    }

    @Test func `Several members and frames are one text`() throws {
        #expect(try unpacked(Self.gzip("a\n") + Self.gzip("") + Self.gzip("b\n")) == "a\nb\n")
        #expect(try unpacked(Self.zstd("a\n") + Self.zstd("") + Self.zstd("b\n")) == "a\nb\n")
        #expect(try unpacked(Self.gzip("a\n") + [0, 0, 0, 0]) == "a\n")
        // A frame to be skipped, of three bytes.
        let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        #expect(try unpacked(skipped + Self.zstd("b\n")) == "b\n")
    }

    @Test func `What is cut off is not taken for the end`() throws {
        for packed in [try Self.gzip(Self.text), try Self.zstd(Self.text)] {
            for count in [5, 20, packed.count / 2, packed.count - 1] {
                let error = #expect(throws: InputError.self) {
                    try unpacked(Array(packed[..<count]))
                }
                guard case .compression(let inner)? = error else { return }
                #expect(inner.why.contains("cut off"))
            }
        }
    }

    @Test func `Damage is noticed, at the latest by the checksum`() throws {
        for packed in [try Self.gzip(Self.text), try Self.zstd(Self.text)] {
            for at in [packed.count / 3, packed.count / 2, packed.count - 3] {
                var damaged = packed
                damaged[at] ^= 0x55
                #expect(throws: InputError.self) { try unpacked(damaged) }
            }
        }
        #expect(throws: InputError.self) { try unpacked(Self.gzip("a") + Array("garbage".utf8)) }
        #expect(throws: InputError.self) { try unpacked(Self.zstd("a") + Array("garbage".utf8)) }
    }
}
