internal import Daybook
internal import DaybookBytes

// A name in a block, with what is kept under it:
//
//   1 kind · varint bytes shared with the name before it in the block · varint length and bytes of the rest of the
//   name · varint length and bytes of the value
//
// The value of a stream is empty. That of a consumer's mark or a system record is empty where it was removed.

/// A name of a run with its value.
struct RunName: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        /// A stream, in the run with its first event. No value.
        case stream = 0
        /// A consumer's mark: its token and note.
        case tracking
        /// A system record, by owner and key.
        case record
    }

    var kind: UInt8 = 0
    var name: [UInt8] = []
    var value: [UInt8] = []

    /// What stood under the name is no longer there.
    var isRemoval: Bool { kind != Kind.stream.rawValue && value.isEmpty }

    static func encode(
        _ kind: UInt8, _ name: borrowing RawSpan, shared: Int, value: borrowing RawSpan,
        into writer: inout ByteWriter
    ) {
        writer.append(kind)
        writer.appendVarint(UInt64(shared))
        writer.appendVarint(UInt64(name.byteCount - shared))
        writer.append(name.extracting(shared..<name.byteCount))
        writer.appendVarint(UInt64(value.byteCount))
        writer.append(value)
    }

    /// Becomes the name at an offset of a block, where it was the one before it; the first of a block follows an
    /// empty one.
    /// - Returns: where the next begins; nil where there is none, and then it is neither.
    mutating func decode(_ block: borrowing RawSpan, at offset: Int) -> Int? {
        guard offset < block.byteCount,
            let (shared, lengthAt) = block.varint(at: offset + 1), shared <= UInt64(name.count),
            let (length, restAt) = block.varint(at: lengthAt),
            length <= UInt64(block.byteCount - restAt)
        else { return nil }
        let restEnd = restAt + Int(length)
        guard let (valueBytes, valueAt) = block.varint(at: restEnd),
            valueBytes <= UInt64(block.byteCount - valueAt)
        else { return nil }
        let end = valueAt + Int(valueBytes)
        kind = block.u8(at: offset)
        name.removeSubrange(Int(shared)...)
        name.append(contentsOf: block.extracting(restAt..<restEnd))
        value.removeAll(keepingCapacity: true)
        value.append(contentsOf: block.extracting(valueAt..<end))
        return end
    }

    /// Whether it stands before another name.
    func precedes(_ kind: UInt8, _ other: [UInt8]) -> Bool {
        self.kind != kind ? self.kind < kind : name.rawSpan.precedes(other.rawSpan) == true
    }
}

extension [UInt8] {
    mutating func append(contentsOf bytes: borrowing RawSpan) {
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
