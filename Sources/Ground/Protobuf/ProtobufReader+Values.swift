public import DaybookBytes

/// The value of the field that `next()` answered, read once; a value of another wire type is an error.
extension ProtobufReader {
    @inlinable
    public mutating func uint64() throws(ProtobufError) -> UInt64 {
        try begin(.varint)
        return try varint()
    }

    @inlinable
    public mutating func int64() throws(ProtobufError) -> Int64 {
        Int64(bitPattern: try uint64())
    }

    /// A number whose sign stands in its lowest bit: 0, −1, 1, −2, … are 0, 1, 2, 3, …
    @inlinable
    public mutating func sint64() throws(ProtobufError) -> Int64 {
        let value = try uint64()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// The low 32 bits: what a wider number becomes in every implementation.
    @inlinable
    public mutating func uint32() throws(ProtobufError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64())
    }

    /// The low 32 bits, as `uint32()`; also the number of an enumeration's case.
    @inlinable
    public mutating func int32() throws(ProtobufError) -> Int32 {
        Int32(truncatingIfNeeded: try uint64())
    }

    @inlinable
    public mutating func sint32() throws(ProtobufError) -> Int32 {
        let value = try uint32()
        return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
    }

    @inlinable
    public mutating func bool() throws(ProtobufError) -> Bool { try uint64() != 0 }

    @inlinable
    public mutating func fixed64() throws(ProtobufError) -> UInt64 {
        try begin(.fixed64)
        let range = try take(8)
        return bytes.u64(at: range.lowerBound)
    }

    @inlinable
    public mutating func fixed32() throws(ProtobufError) -> UInt32 {
        try begin(.fixed32)
        let range = try take(4)
        return bytes.u32(at: range.lowerBound)
    }

    @inlinable
    public mutating func double() throws(ProtobufError) -> Double {
        Double(bitPattern: try fixed64())
    }

    @inlinable
    public mutating func float() throws(ProtobufError) -> Float {
        Float(bitPattern: try fixed32())
    }

    /// Where the bytes lie in the outermost message.
    @inlinable
    public mutating func place() throws(ProtobufError) -> Range<Int> {
        try begin(.lengthDelimited)
        return try range()
    }

    /// The bytes where they lie.
    @inlinable @_lifetime(copy self)
    public mutating func span() throws(ProtobufError) -> RawSpan {
        try begin(.lengthDelimited)
        let range = try range()
        return bytes.extracting(range)
    }

    /// A copy of the bytes.
    @inlinable
    public mutating func array() throws(ProtobufError) -> [UInt8] {
        let span = try span()
        return span.copied()
    }

    /// The text, which is UTF-8.
    public mutating func string() throws(ProtobufError) -> String {
        let span = try span()
        return try string(of: span)
    }

    /// A span of this message as text, which is UTF-8.
    public func string(of span: RawSpan) throws(ProtobufError) -> String {
        String(copying: try text(of: span))
    }

    /// Checks that what lies somewhere in the outermost message is UTF-8.
    public func checkText(at place: Range<Int>) throws(ProtobufError) {
        _ = try text(of: bytes.extracting(place))
    }

    @_lifetime(copy span)
    private func text(of span: RawSpan) throws(ProtobufError) -> UTF8Span {
        // Safe: every byte is a UInt8, and the view borrows what the span borrows.
        let bytes = unsafe span._unsafeView(as: UInt8.self)
        do {
            return try UTF8Span(validating: bytes)
        } catch {
            let place = self.bytes.byteOffsets(of: span)?.lowerBound ?? at
            throw ProtobufError(.notUTF8, at: place, field: field)
        }
    }

    /// Why the value that was read last cannot be what it should.
    public func invalid(_ reason: String) -> ProtobufError {
        ProtobufError(.invalid(reason), at: at, field: field)
    }

    /// The fields of a nested message.
    @inlinable @_lifetime(copy self)
    public mutating func message() throws(ProtobufError) -> ProtobufReader {
        try begin(.lengthDelimited)
        let range = try range()
        guard depth < Self.nestingDepthMax else {
            throw ProtobufError(.nestedTooDeep, at: range.lowerBound, field: field)
        }
        return ProtobufReader(bytes, range, depth: depth + 1)
    }

    /// Gives each number of a repeated field to `body`, whether they are packed into one value or stand alone.
    public mutating func numbers(_ body: (UInt64) -> Void) throws(ProtobufError) {
        if pending == .varint { return body(try uint64()) }
        try begin(.lengthDelimited)
        let range = try range()
        var packed = ProtobufReader(bytes, range, depth: depth)
        packed.field = field
        while packed.at < packed.end { body(try packed.varint()) }
    }
}
