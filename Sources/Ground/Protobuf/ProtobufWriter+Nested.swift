/// What begins with its own length.
extension ProtobufWriter {
    /// Writes a nested message, also an empty one.
    ///
    /// - Parameter expected: About how many bytes it will have. Room is left for the length of so many, and the
    ///   message is moved only where the guess needs more or fewer bytes than the truth.
    package mutating func message(
        _ field: Int, about expected: Int = 0, _ body: (inout ProtobufWriter) -> Void
    ) {
        tag(field, .lengthDelimited)
        delimited(about: expected, body)
    }

    /// Writes an empty message.
    package mutating func empty(_ field: Int) {
        tag(field, .lengthDelimited)
        bytes.append(0)
    }

    package mutating func message(_ field: Int, _ value: some ProtobufEncodable) {
        message(field) { value.encode(into: &$0) }
    }

    /// Writes a nested message where there is one.
    package mutating func message(_ field: Int, _ value: (some ProtobufEncodable)?) {
        if let value { message(field, value) }
    }

    /// Writes the numbers of a repeated field as one value; nothing where there are none.
    package mutating func packed(_ field: Int, _ values: some Collection<UInt64>) {
        if values.isEmpty { return }
        message(field, about: values.count) { writer in
            for value in values { writer.varint(value) }
        }
    }

    private mutating func delimited(about expected: Int, _ body: (inout ProtobufWriter) -> Void) {
        let lengthAt = bytes.count
        var width = Self.width(expected)
        for _ in 0..<width { bytes.append(0) }
        let start = lengthAt + width
        body(&self)
        let count = bytes.count - start
        if Self.width(count) != width {
            move(from: start, by: Self.width(count) - width)
            width = Self.width(count)
        }
        for place in 0..<width {
            let bits = UInt8(truncatingIfNeeded: count >> (7 * place)) & 0x7F
            bytes[lengthAt + place] = place < width - 1 ? bits | 0x80 : bits
        }
    }

    /// Moves what was written from `start` on towards the end, or towards the start where `distance` is negative.
    private mutating func move(from start: Int, by distance: Int) {
        let count = bytes.count - start
        for _ in 0..<max(distance, 0) { bytes.append(0) }
        // Safe: both places lie in the array, which was extended; the copy allows them to overlap.
        unsafe bytes.withUnsafeMutableBytes { all in
            let source = unsafe UnsafeRawBufferPointer(rebasing: all[start..<start + count])
            unsafe UnsafeMutableRawBufferPointer(rebasing: all[(start + distance)...])
                .copyMemory(from: source)
        }
        if distance < 0 { bytes.removeLast(-distance) }
    }

    /// How many bytes a length takes as a varint.
    private static func width(_ count: Int) -> Int {
        max(1, (Int.bitWidth - count.leadingZeroBitCount + 6) / 7)
    }
}
