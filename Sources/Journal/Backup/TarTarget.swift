internal import Daybook
internal import DaybookBytes

// A backup in one file: a POSIX archive (ustar) of the files of a backup's folder, the descriptor last.
//
//     0 100  name · 100 8 mode · 108 8 owner · 116 8 group · 124 12 size · 136 12 time
//   148   8  sum of the bytes of the header, these 8 taken as blanks
//   156   1  "0": a file
//   257   6  "ustar", 0 · 263 2 "00"
//
// Numbers are octal text. The file follows, with zeros to a multiple of 512; two blocks of zeros end it.

/// One header of an archive.
struct TarEntry: Hashable {
    static let blockBytes = 512
    static let sumAt = 148
    static let sumBytes = 8

    var name: String
    var byteCount: Int

    /// - Parameter time: seconds since 1970.
    func encoded(time: Int64) -> ByteWriter {
        var writer = ByteWriter(capacity: Self.blockBytes)
        func pad(to end: Int) { writer.appendZeros(end - writer.count) }
        precondition(name.utf8.count < 100, "the names of a backup are short")
        writer.append(name)
        pad(to: 100)
        for (value, digits) in [(0o644, 7), (0, 7), (0, 7), (byteCount, 11), (Int(time), 11)] {
            writer.append(Self.octal(value, digits))
            writer.append(UInt8(0))
        }
        writer.append("        0")
        pad(to: 257)
        writer.append("ustar")
        writer.append(UInt8(0))
        writer.append("00")
        pad(to: Self.blockBytes)
        var sum = 0
        for at in 0..<Self.blockBytes { sum += Int(writer.bytes.u8(at: at)) }
        var summed = ByteWriter(capacity: Self.blockBytes)
        summed.append(writer.bytes.extracting(0..<148))
        summed.append(Self.octal(sum, 6) + "\0 ")
        summed.append(writer.bytes.extracting(156..<Self.blockBytes))
        return summed
    }

    private static func octal(_ value: Int, _ digits: Int) -> String {
        let text = String(max(0, value), radix: 8)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Nil where no header of a file begins.
    init?(decoding block: borrowing RawSpan) {
        guard Self.isMarked(block),
            let sum = Self.number(block, 148..<156), let size = Self.number(block, 124..<136)
        else { return nil }
        var found = 8 * Int(UInt8(ascii: " "))
        for at in 0..<Self.blockBytes where !(148..<156).contains(at) {
            found += Int(block.u8(at: at))
        }
        guard found == sum else { return nil }
        name = String(block.extracting(0..<100).text().prefix { $0 != "\0" })
        byteCount = size
    }

    /// Whether a block says that it is a header.
    static func isMarked(_ block: borrowing RawSpan) -> Bool {
        block.byteCount == blockBytes && block.extracting(257..<262).text() == "ustar"
    }

    /// Whether the digits of a sum end as they have to: what follows them is in no sum.
    static func isEnded(_ sum: borrowing RawSpan) -> Bool {
        let text = sum.text()
        return text.hasSuffix("\0 ") || text.hasSuffix(" \0")
    }

    init(name: String, byteCount: Int) {
        self.name = name
        self.byteCount = byteCount
    }

    private static func number(_ block: borrowing RawSpan, _ range: Range<Int>) -> Int? {
        let digits = block.extracting(range).text().prefix { $0 != "\0" && $0 != " " }
        // A sign would be taken for a part of the number.
        return digits.utf8.first.map { $0 >= UInt8(ascii: "0") } == true
            ? Int(digits, radix: 8) : nil
    }

    /// Bytes of zeros behind so many of a file.
    static func padding(behind bytes: Int) -> Int { (blockBytes - bytes % blockBytes) % blockBytes }
}

/// Copies as entries of an archive that is written from beginning to end.
struct TarTarget: CopyTarget, ~Copyable {
    /// What entries say of when they were made, in seconds since 1970.
    let time: Int64
    let purpose: String
    let send: (borrowing RawSpan) throws(StoreError) -> Void
    /// What the bytes of the archive in a range read back as; nil where they cannot be read.
    let readBack: (Range<Int>) throws(StoreError) -> UInt32?

    private var name = ""
    private var offset = 0
    private var start = 0

    init(
        time: Int64, for purpose: String,
        send: @escaping (borrowing RawSpan) throws(StoreError) -> Void,
        readBack: @escaping (Range<Int>) throws(StoreError) -> UInt32?
    ) {
        self.time = time
        self.purpose = purpose
        self.send = send
        self.readBack = readBack
    }

    mutating func begin(_ name: String, byteCount: Int) throws(StoreError) {
        let header = TarEntry(name: name, byteCount: byteCount).encoded(time: time)
        try write(header.bytes)
        self.name = name
        start = offset
    }

    mutating func write(_ bytes: borrowing RawSpan) throws(StoreError) {
        try send(bytes)
        offset += bytes.byteCount
    }

    mutating func end(checksum: UInt32) throws(StoreError) {
        if let found = try readBack(start..<offset), found != checksum {
            throw .miscopied(purpose, name)
        }
        try fill(TarEntry.padding(behind: offset - start))
    }

    /// Ends the archive.
    mutating func finish() throws(StoreError) { try fill(2 * TarEntry.blockBytes) }

    private mutating func fill(_ count: Int) throws(StoreError) {
        var zeros = ByteWriter(capacity: count)
        zeros.appendZeros(count)
        try write(zeros.bytes)
    }
}
