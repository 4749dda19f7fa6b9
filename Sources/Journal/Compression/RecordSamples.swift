internal import Daybook
internal import DaybookBytes

/// Some records of a segment, taken at even distances, to make a dictionary of and to tell whether compressing pays.
struct RecordSamples {
    /// Bytes of a dictionary; of a small segment no more than a part in so many.
    static let dictionaryBytesMax = 32 << 10
    static let dictionaryShare = 64
    /// Bytes of all samples, and of one: what follows says no more about the beginnings of others.
    static let bytesMax = 4 << 20
    static let sampleBytesMax = 16 << 10
    /// Compressing pays where at least one part in so many of the bytes goes.
    static let worthwhileShare = 10

    /// The bytes of the records there are.
    private let total: Int
    /// The bytes of those that were looked at.
    private var seen = 0
    /// Bodies, one behind the other, and the size of each.
    private(set) var bytes: [UInt8] = []
    private(set) var sizes: [Int] = []

    /// - Parameter total: bytes of the frames of the segment.
    init(of total: Int) { self.total = max(total, 1) }

    /// Looks at the next record, plain.
    mutating func add(_ record: borrowing RawSpan) {
        seen += record.byteCount
        let budget = Int(Double(Self.bytesMax) * min(1, Double(seen) / Double(total)))
        let end = min(record.byteCount, EventRecord.namesAt + Self.sampleBytesMax)
        let body = record.extracting(EventRecord.namesAt..<end)
        if body.byteCount == 0 || bytes.count + body.byteCount > budget { return }
        // Safe: the pointer does not leave the closure.
        unsafe body.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        sizes.append(body.byteCount)
    }

    /// How to compress records like these; nil where it does not pay.
    func compression(by codec: any RecordCodec) -> SegmentCompression? {
        let dictionary = codec.dictionary(
            of: bytes.rawSpan, sizes: sizes,
            bytesMax: min(Self.dictionaryBytesMax, total / Self.dictionaryShare))
        let compression = SegmentCompression(
            dictionary: dictionary, encoder: codec.encoder(dictionary))
        var (before, after) = (0, 0)
        var at = 0
        var scratch = ByteWriter(capacity: Self.sampleBytesMax)
        for size in sizes {
            let body = bytes.rawSpan.extracting(at..<at + size)
            scratch.removeAll()
            // Safe: the room is passed on.
            let isShorter = unsafe scratch.append(atMost: size) { room in
                unsafe compression.encoder.encode(body, into: room)
            }
            before += EventRecord.namesAt + size
            after += EventRecord.namesAt + (isShorter ? scratch.count : size)
            at += size
        }
        // What the dictionary itself takes weighs as much less as there are more records than samples.
        let own = Double(dictionary.count) * Double(before) / Double(total)
        let isWorthwhile =
            Double(before - after) - own >= Double(before) / Double(Self.worthwhileShare)
        return before > 0 && isWorthwhile ? compression : nil
    }
}

/// How the records of a copy of a segment are compressed.
struct SegmentCompression {
    let dictionary: [UInt8]
    let encoder: any RecordEncoder

    /// Writes a record compressed; false, and nothing, where it would not be shorter.
    func encode(_ record: borrowing RawSpan, into writer: inout ByteWriter) -> Bool {
        // Safe: the room is passed on.
        unsafe EventRecord.encodeCompressed(record, into: &writer) { body, room in
            unsafe encoder.encode(body, into: room)
        }
    }
}
