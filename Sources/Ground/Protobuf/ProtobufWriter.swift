public import DaybookBytes

/// Writes the fields of a message behind what its buffer holds already.
///
/// A field without presence is left out when it has its default value, as proto3 wants it; `always` writes it
/// nevertheless, for fields of a choice and optional ones.
///
/// ```swift
/// var writer = ProtobufWriter()
/// writer.string(1, name)
/// writer.message(2) { $0.uint64(1, always: revision) }
/// ```
public struct ProtobufWriter: ~Copyable {
    /// What was written; bytes may be added to it that are fields already.
    public var buffer: ByteWriter

    /// Room for `capacity` bytes before the first growth.
    @inlinable
    public init(capacity: Int = 256) { buffer = ByteWriter(capacity: capacity) }

    /// A copy of what was written.
    public var array: [UInt8] { buffer.bytes.copied() }

    @inlinable
    public mutating func uint64(_ field: Int, _ value: UInt64) {
        if value != 0 { uint64(field, always: value) }
    }
    @inlinable
    public mutating func uint64(_ field: Int, always value: UInt64) {
        tag(field, .varint)
        buffer.appendVarint(value)
    }

    @inlinable
    public mutating func int64(_ field: Int, _ value: Int64) {
        uint64(field, UInt64(bitPattern: value))
    }
    @inlinable
    public mutating func int64(_ field: Int, always value: Int64) {
        uint64(field, always: UInt64(bitPattern: value))
    }

    /// A number whose sign stands in its lowest bit: see ``ProtobufReader/sint64()``.
    @inlinable
    public mutating func sint64(_ field: Int, _ value: Int64) {
        if value != 0 { sint64(field, always: value) }
    }
    @inlinable
    public mutating func sint64(_ field: Int, always value: Int64) {
        uint64(field, always: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    @inlinable
    public mutating func bool(_ field: Int, _ value: Bool) {
        if value { uint64(field, always: 1) }
    }

    @inlinable
    public mutating func fixed64(_ field: Int, always value: UInt64) {
        tag(field, .fixed64)
        buffer.append(value)
    }
    @inlinable
    public mutating func fixed32(_ field: Int, always value: UInt32) {
        tag(field, .fixed32)
        buffer.append(value)
    }
    @inlinable
    public mutating func double(_ field: Int, _ value: Double) {
        if value.bitPattern != 0 { fixed64(field, always: value.bitPattern) }
    }
    @inlinable
    public mutating func float(_ field: Int, _ value: Float) {
        if value.bitPattern != 0 { fixed32(field, always: value.bitPattern) }
    }

    @inlinable
    public mutating func span(_ field: Int, _ value: borrowing RawSpan) {
        if !value.isEmpty { span(field, always: value) }
    }
    @inlinable
    public mutating func span(_ field: Int, always value: borrowing RawSpan) {
        tag(field, .lengthDelimited)
        buffer.appendVarint(UInt64(value.byteCount))
        buffer.append(value)
    }

    @inlinable
    public mutating func array(_ field: Int, _ value: [UInt8]) {
        span(field, value.rawSpan)
    }

    public mutating func string(_ field: Int, _ value: String) {
        if !value.isEmpty { string(field, always: value) }
    }
    public mutating func string(_ field: Int, always value: String) {
        tag(field, .lengthDelimited)
        buffer.appendVarint(UInt64(value.utf8.count))
        buffer.append(value)
    }

    @inlinable @inline(__always)
    mutating func tag(_ field: Int, _ type: WireType) {
        buffer.appendVarint(UInt64(field) << 3 | UInt64(type.rawValue))
    }
}
