internal import Daybook
internal import DaybookBytes

// A term in a block: something that events have in common, and which have it.
//
//   0   4  hash of kind and name, as far as terms are ordered by it
//   4   1  kind in the low 6 bits; 64: its list is a long one
//   5   2  length of the term, this header included
//   7      varint length and bytes of the name
//          varint count of positions; where it is not 0: varint first less the run's first, varint last less first
//          of a stream: what its events do to it (StreamDelta)
//          a short list: varint steps from the first position on
//          a long list: varint offset of its top, varint length of its top

/// A term of a run, its fields decoded, its bytes left where they are.
struct RunTerm: Sendable {
    static let headerBytes = 7
    /// No kind has this number or a higher one.
    static let kindsMax: UInt8 = 16

    enum List: Sendable {
        /// Steps, as varints, in the block.
        case short(Range<Int>)
        /// The piece of its top.
        case long(offset: Int, length: Int)
    }

    var order: TermOrder
    /// Where in the block the name stands.
    var name: Range<Int>
    var count = 0
    var first: Position = 0
    var last: Position = 0
    /// Of a stream.
    var delta: StreamDelta?
    var list: List
    /// Where the next term begins.
    var end: Int

    /// - Parameter run: the positions of the run.
    init?(decoding block: borrowing RawSpan, at offset: Int, of run: PositionSpan) {
        guard offset + Self.headerBytes <= block.byteCount else { return nil }
        let mark = block.u8(at: offset + 4)
        order = TermOrder(kind: mark & 63, hash: block.u32(at: offset))
        end = offset + Int(block.u16(at: offset + 5))
        guard end <= block.byteCount,
            let (nameBytes, nameAt) = block.varint(at: offset + Self.headerBytes), nameAt <= end,
            nameBytes <= UInt64(min(end - nameAt, RunFormat.nameBytesMax))
        else { return nil }
        name = nameAt..<nameAt + Int(nameBytes)
        guard let (count, firstAt) = block.varint(at: name.upperBound), count < 1 << 48 else {
            return nil
        }
        self.count = Int(count)
        var at = firstAt
        if count > 0 {
            guard let (first, lastAt) = block.varint(at: at),
                let (span, next) = block.varint(at: lastAt),
                !run.isEmpty, first <= run.last - run.first,
                span <= run.last - run.first - first
            else { return nil }
            self.first = run.first + first
            last = self.first + span
            at = next
        }
        if order.kind == TermKind.stream.rawValue {
            guard let (delta, next) = StreamDelta.decode(block, at: at, count: self.count) else {
                return nil
            }
            self.delta = delta
            at = next
        }
        if mark & 64 != 0 {
            guard let (top, lengthAt) = block.varint(at: at),
                let (length, next) = block.varint(at: lengthAt), next == end
            else { return nil }
            list = .long(
                offset: Int(truncatingIfNeeded: top), length: Int(truncatingIfNeeded: length))
        } else {
            guard at <= end else { return nil }
            list = .short(at..<end)
        }
    }

    /// Hash and end of the term at an offset: what is needed to pass it over.
    @inline(__always)
    static func peek(_ block: borrowing RawSpan, at offset: Int) -> (order: TermOrder, end: Int)? {
        guard offset + headerBytes <= block.byteCount else { return nil }
        let end = offset + Int(block.u16(at: offset + 5))
        guard end > offset + headerBytes, end <= block.byteCount else { return nil }
        return (
            TermOrder(kind: block.u8(at: offset + 4) & 63, hash: block.u32(at: offset)), end
        )
    }
}

/// What events can have in common.
enum TermKind: UInt8, Sendable, CaseIterable {
    case stream = 0
    case category, type, tag, correlation
    /// First events of streams, under the empty name.
    case first
    /// First events of the streams of a category.
    case firstInCategory
    /// Events of the system's streams, under the empty name.
    case system

    /// Of events of the system's streams.
    var ofSystem: UInt8 { self == .stream ? rawValue : rawValue | 8 }
}

/// By what terms are ordered; names decide between equal ones.
struct TermOrder: Hashable, Comparable, Sendable {
    let value: UInt64
    init(kind: UInt8, hash: UInt32) { value = UInt64(kind) << 32 | UInt64(hash) }
    init(value: UInt64) { self.value = value }

    var kind: UInt8 { UInt8(truncatingIfNeeded: value >> 32) }
    var hash: UInt32 { UInt32(truncatingIfNeeded: value) }

    static func < (left: TermOrder, right: TermOrder) -> Bool { left.value < right.value }
}
