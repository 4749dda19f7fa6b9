internal import DaybookBytes

/// What every frame of HTTP/2 begins with.
///
/// ```
/// frame    0    3 bytes  length of what follows the header, big-endian
///          3    UInt8    type: 1 begins a head, 9 goes on with it
///          4    UInt8    flags: 1 ends the stream, 4 ends the head, 8 padded, 0x20 with a priority
///          5    UInt32   stream, big-endian; the first bit means nothing
/// head     9    UInt8    bytes of padding at the end, where it is padded
///          …    5 bytes  priority, where there is one
///          …    …        fields: see HeaderBlock
/// ```
struct FrameHeader: Hashable {
    static let bytes = 9
    static let typeEnd = 4
    /// No settings of ours allow longer frames.
    static let lengthMax = 16 * 1024
    private static let (beginning, continuation): (UInt8, UInt8) = (1, 9)
    private static let (endOfStream, endOfHead): (UInt8, UInt8) = (1, 4)
    private static let (padded, prioritised): (UInt8, UInt8) = (8, 0x20)
    private static let priorityBytes = 5

    let length: Int
    private let type: UInt8
    private let flags: UInt8
    let stream: Int32

    init(_ bytes: borrowing RawSpan, at offset: Int) {
        let word = bytes.u32(at: offset).byteSwapped
        length = Int(word >> 8)
        type = UInt8(truncatingIfNeeded: word)
        flags = bytes.u8(at: offset + 4)
        stream = Int32(truncatingIfNeeded: bytes.u32(at: offset + 5).byteSwapped & 0x7FFF_FFFF)
    }

    /// Whether it begins a head that goes on in other frames.
    var beginsLongHead: Bool {
        type == Self.beginning && !endsHead && length <= Self.lengthMax
    }
    var endsHead: Bool { flags & Self.endOfHead != 0 }
    var endsStream: Bool { flags & Self.endOfStream != 0 }

    /// Whether it goes on with the head of a stream.
    func continues(_ stream: Int32) -> Bool {
        type == Self.continuation && self.stream == stream && length <= Self.lengthMax
    }

    /// Bytes of the priority in front of the fields of a head; nil where it is padded, as none is that goes on in other
    /// frames, or shorter than that.
    var priorityLength: Int? {
        if flags & Self.padded != 0 { return nil }
        let count = flags & Self.prioritised != 0 ? Self.priorityBytes : 0
        return length < count ? nil : count
    }

    /// The frames of a head.
    static func head(
        of stream: Int32, priority: ArraySlice<UInt8>, _ block: [UInt8], endsStream: Bool
    ) -> [UInt8] {
        var rest = (priority + block)[...]
        var bytes: [UInt8] = []
        repeat {
            let part = rest.prefix(lengthMax)
            rest = rest.dropFirst(lengthMax)
            let isFirst = bytes.isEmpty
            var flags = rest.isEmpty ? endOfHead : 0
            if isFirst && endsStream { flags |= endOfStream }
            if isFirst && !priority.isEmpty { flags |= prioritised }
            for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: part.count >> shift)) }
            bytes += [isFirst ? beginning : continuation, flags]
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: stream >> shift)) }
            bytes += part
        } while !rest.isEmpty
        return bytes
    }
}
