internal import DaybookBytes

/// Writes the fields of a message behind what an array of bytes holds already.
///
/// A field without presence is left out when it has its default value, as proto3 wants it; `always` writes it
/// nevertheless, for fields of a choice and optional ones.
///
/// ```swift
/// var writer = ProtobufWriter()
/// writer.string(1, name)
/// writer.message(2) { $0.uint64(1, always: revision) }
/// ```
package struct ProtobufWriter: ~Copyable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    package mutating func uint64(_ field: Int, _ value: UInt64) {
        if value != 0 { uint64(field, always: value) }
    }
    package mutating func uint64(_ field: Int, always value: UInt64) {
        tag(field, .varint)
        varint(value)
    }

    package mutating func int64(_ field: Int, _ value: Int64) {
        uint64(field, UInt64(bitPattern: value))
    }
    package mutating func int64(_ field: Int, always value: Int64) {
        uint64(field, always: UInt64(bitPattern: value))
    }

    /// A number whose sign stands in its lowest bit: see ``ProtobufReader/sint64()``.
    package mutating func sint64(_ field: Int, _ value: Int64) {
        if value != 0 { sint64(field, always: value) }
    }
    package mutating func sint64(_ field: Int, always value: Int64) {
        uint64(field, always: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    package mutating func bool(_ field: Int, _ value: Bool) {
        if value { uint64(field, always: 1) }
    }

    package mutating func fixed64(_ field: Int, always value: UInt64) {
        tag(field, .fixed64)
        little(value)
    }
    package mutating func fixed32(_ field: Int, always value: UInt32) {
        tag(field, .fixed32)
        little(value)
    }
    package mutating func double(_ field: Int, _ value: Double) {
        if value.bitPattern != 0 { fixed64(field, always: value.bitPattern) }
    }
    package mutating func float(_ field: Int, _ value: Float) {
        if value.bitPattern != 0 { fixed32(field, always: value.bitPattern) }
    }

    package mutating func span(_ field: Int, _ value: borrowing RawSpan) {
        if !value.isEmpty { span(field, always: value) }
    }
    package mutating func span(_ field: Int, always value: borrowing RawSpan) {
        tag(field, .lengthDelimited)
        varint(UInt64(value.byteCount))
        // Safe: the pointer does not leave the closure.
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func array(_ field: Int, _ value: [UInt8]) {
        span(field, value.rawSpan)
    }

    package mutating func string(_ field: Int, _ value: String) {
        if !value.isEmpty { string(field, always: value) }
    }
    package mutating func string(_ field: Int, always value: String) {
        var value = value
        value.withUTF8 { text in
            tag(field, .lengthDelimited)
            varint(UInt64(text.count))
            unsafe bytes.append(contentsOf: text)
        }
    }

    @inline(__always)
    mutating func tag(_ field: Int, _ type: WireType) {
        varint(UInt64(field) << 3 | UInt64(type.rawValue))
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        if value < 0x80 { bytes.append(UInt8(truncatingIfNeeded: value)) } else { long(value) }
    }

    private mutating func long(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func little(_ value: some FixedWidthInteger) {
        for byte in 0..<value.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
        }
    }
}
