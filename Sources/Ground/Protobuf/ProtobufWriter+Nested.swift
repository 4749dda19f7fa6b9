public import DaybookBytes

/// What begins with its own length.
extension ProtobufWriter {
    /// Writes a nested message, also an empty one.
    ///
    /// - Parameter expected: About how many bytes it will have. Room is left for the length of so many, and the
    ///   message is moved only where the guess needs more or fewer bytes than the truth.
    @inlinable @inline(__always)
    public mutating func message(
        _ field: Int, about expected: Int = 0, _ body: (inout ProtobufWriter) -> Void
    ) {
        tag(field, .lengthDelimited)
        let place = begin(about: expected)
        body(&self)
        end(place)
    }

    /// Writes an empty message.
    public mutating func empty(_ field: Int) {
        tag(field, .lengthDelimited)
        buffer.append(UInt8(0))
    }

    public mutating func message(_ field: Int, _ value: some ProtobufEncodable) {
        message(field) { value.encode(into: &$0) }
    }

    /// Writes a nested message where there is one.
    public mutating func message(_ field: Int, _ value: (some ProtobufEncodable)?) {
        if let value { message(field, value) }
    }

    /// Writes the numbers of a repeated field as one value; nothing where there are none.
    public mutating func packed(_ field: Int, _ values: some Collection<UInt64>) {
        if values.isEmpty { return }
        message(field, about: values.count) { writer in
            for value in values { writer.buffer.appendVarint(value) }
        }
    }

    /// Where the length of a message stands that is being written, in so many bytes.
    @usableFromInline
    struct LengthPlace {
        @usableFromInline let offset: Int
        @usableFromInline let width: Int

        @inlinable
        init(offset: Int, width: Int) {
            self.offset = offset
            self.width = width
        }
    }

    @inlinable @inline(__always)
    mutating func begin(about expected: Int) -> LengthPlace {
        let place = LengthPlace(offset: buffer.count, width: Self.width(expected))
        for _ in 0..<place.width { buffer.append(UInt8(0)) }
        return place
    }

    @inlinable @inline(__always)
    mutating func end(_ place: LengthPlace) {
        let count = buffer.count - place.offset - place.width
        let width = Self.width(count)
        if width != place.width {
            buffer.move(from: place.offset + place.width, by: width - place.width)
        }
        var rest = count
        for offset in place.offset..<place.offset + width - 1 {
            buffer.patch(UInt8(truncatingIfNeeded: rest) | 0x80, at: offset)
            rest >>= 7
        }
        buffer.patch(UInt8(truncatingIfNeeded: rest), at: place.offset + width - 1)
    }

    /// How many bytes a length takes as a varint.
    @inlinable @inline(__always)
    static func width(_ count: Int) -> Int {
        count < 0x80
            ? 1 : count < 0x4000 ? 2 : (Int.bitWidth - count.leadingZeroBitCount + 6) / 7
    }
}
