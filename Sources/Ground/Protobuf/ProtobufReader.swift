public import DaybookBytes

/// Walks over the fields of a message in borrowed memory, without building anything.
///
/// `next()` answers the number of the next field; its value is then read by the method of its type. A value that
/// is not read is skipped by the following `next()`, so unknown fields cost a `default: break`.
///
/// ```swift
/// var reader = ProtobufReader(bytes)
/// while let field = try reader.next() {
///     switch field {
///     case 1: name = try reader.string()
///     case 2: try reader.merge(into: &options)
///     default: break
///     }
/// }
/// ```
///
/// A field that stands several times and is not repeated keeps its last value. Nothing is allocated but the
/// strings asked for. After an error the reader is not to be used again.
public struct ProtobufReader: ~Escapable {
    /// How many messages may stand in one another; what other implementations allow too.
    public static let nestingDepthMax = 100

    @usableFromInline let bytes: RawSpan
    @usableFromInline var at: Int
    @usableFromInline let end: Int
    @usableFromInline let depth: Int
    /// The number of the field whose value comes next, or came last.
    @usableFromInline var field = 0
    /// The wire type of the value that comes next; nil where it was read.
    @usableFromInline var pending: WireType?

    /// Stands before the first field of a message.
    @inlinable @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.init(bytes, bytes.byteOffsets, depth: 1)
    }

    @inlinable @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ range: Range<Int>, depth: Int) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
        self.depth = depth
    }

    /// The number of the next field, nil behind the last one.
    @inlinable
    public mutating func next() throws(ProtobufError) -> Int? {
        if pending != nil { try skip() }
        if at == end { return nil }
        let start = at
        field = 0
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 32 == 0 else {
            throw ProtobufError(.fieldNumber, at: start, field: 0)
        }
        field = Int(tag >> 3)
        let type = UInt8(truncatingIfNeeded: tag & 7)
        guard let known = WireType(rawValue: type) else {
            throw ProtobufError(.wireType(type), at: start, field: field)
        }
        pending = known
        return field
    }

    /// Passes over the value that comes next.
    @inlinable
    mutating func skip() throws(ProtobufError) {
        switch pending {
        case nil: break
        case .varint: _ = try varint()
        case .fixed64: _ = try take(8)
        case .fixed32: _ = try take(4)
        case .lengthDelimited: _ = try range()
        }
        pending = nil
    }

    /// Says that the value that comes next is read now, as one of this type.
    @inlinable @inline(__always)
    mutating func begin(_ expected: WireType) throws(ProtobufError) {
        guard let found = pending else {
            preconditionFailure("a value is read once, after next()")
        }
        guard found == expected else {
            throw ProtobufError(
                .wrongType(expected: expected, found: found), at: at, field: field)
        }
        pending = nil
    }

    /// The varint that comes next.
    @inlinable @inline(__always)
    mutating func varint() throws(ProtobufError) -> UInt64 {
        if at < end {
            let byte = bytes.u8(at: at)
            if byte < 0x80 {
                at += 1
                return UInt64(byte)
            }
        }
        return try longVarint()
    }

    @usableFromInline
    mutating func longVarint() throws(ProtobufError) -> UInt64 {
        let start = at
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end {
            let byte = bytes.u8(at: at)
            at += 1
            if shift == 63 && byte > 1 {
                throw ProtobufError(.varintTooLong, at: start, field: field)
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw ProtobufError(.endsEarly, at: at, field: field)
    }

    /// The place of the next `count` bytes, and goes behind them.
    @inlinable @inline(__always)
    mutating func take(_ count: UInt64) throws(ProtobufError) -> Range<Int> {
        guard count <= UInt64(end - at) else {
            throw ProtobufError(.endsEarly, at: end, field: field)
        }
        let start = at
        at += Int(count)
        return start..<at
    }

    /// The place of the length-delimited value that comes next.
    @inlinable @inline(__always)
    mutating func range() throws(ProtobufError) -> Range<Int> {
        try take(varint())
    }
}
