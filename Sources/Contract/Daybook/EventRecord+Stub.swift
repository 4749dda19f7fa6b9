package import DaybookBytes

// The extensions of a record, each: varint number, varint length, bytes. Number 1 makes it a stub: data and metadata
// were removed, and this is known of them:
//
//   varint bytes of data, CRC-32C of it (4), varint bytes of metadata, CRC-32C of it (4)
//
// Other numbers are fields of later versions (key id).

extension EventRecord {
    /// What a stub says of the bytes that were removed.
    package struct Removed: Hashable, Sendable {
        package var dataBytes: Int
        package var dataChecksum: UInt32
        package var metadataBytes: Int
        package var metadataChecksum: UInt32
    }

    private static let removedNumber: UInt64 = 1

    /// Whether a record has extensions: one that has none is no stub.
    @inline(__always)
    static func hasExtensions(_ record: borrowing RawSpan) -> Bool {
        record.u8(at: flagsAt) & Flags.extensions.rawValue != 0
    }

    /// What was removed from a well-formed record; nil where it is whole.
    package static func removed(from record: borrowing RawSpan) -> Removed? {
        guard hasExtensions(record), let fields = optionalFields(of: record) else { return nil }
        var at = fields.extensions.lowerBound
        while at < fields.extensions.upperBound {
            guard let (number, lengthAt) = record.varint(at: at) else { return nil }
            at = lengthAt
            guard let range = take(from: record, &at), at <= fields.extensions.upperBound else {
                return nil
            }
            if number == removedNumber { return Removed(decoding: record.extracting(range)) }
        }
        return nil
    }

    /// Writes the stub of a well-formed record that is whole: all but data and metadata stays.
    package static func encodeStub(of record: borrowing RawSpan, into writer: inout ByteWriter) {
        guard let fields = optionalFields(of: record) else {
            preconditionFailure("a stub is made of a well-formed record")
        }
        let dataAt = record.byteCount - Int(record.u32(at: dataBytesAt))
        let data = record.extracting(dataAt..<record.byteCount)
        let metadata = record.extracting(fields.metadata)
        var said = ByteWriter(capacity: 24)
        said.appendVarint(UInt64(data.byteCount))
        said.append(CRC32C.checksum(of: data))
        said.appendVarint(UInt64(metadata.byteCount))
        said.append(CRC32C.checksum(of: metadata))
        var extensions = ByteWriter(capacity: 32 + fields.extensions.count)
        extensions.append(record.extracting(fields.extensions))
        extensions.appendVarint(removedNumber)
        extensions.appendVarint(UInt64(said.count))
        extensions.append(said.bytes)
        var flags = Flags(rawValue: record.u8(at: flagsAt))
        flags.remove(.metadata)
        flags.insert(.extensions)
        let start = writer.count
        writer.append(record.extracting(0..<flagsAt))
        writer.append(flags.rawValue)
        writer.append(record.extracting(flagsAt + 1..<fields.metadataAt))
        writer.appendVarint(UInt64(extensions.count))
        writer.append(extensions.bytes)
        writer.patch(UInt32(writer.count - start), at: start + lengthAt)
        writer.patch(UInt32(0), at: start + dataBytesAt)
    }

    private static func optionalFields(of record: borrowing RawSpan) -> OptionalFields? {
        optionalFields(
            of: record,
            from: namesAt + Int(record.u16(at: streamBytesAt)) + Int(record.u16(at: typeBytesAt)))
    }
}

extension EventRecord.Removed {
    fileprivate init?(decoding bytes: borrowing RawSpan) {
        guard let (data, dataAt) = bytes.varint(at: 0), dataAt + 4 <= bytes.byteCount,
            let (metadata, metadataAt) = bytes.varint(at: dataAt + 4),
            metadataAt + 4 <= bytes.byteCount, data <= UInt32.max, metadata <= UInt32.max
        else { return nil }
        self.init(
            dataBytes: Int(data), dataChecksum: bytes.u32(at: dataAt),
            metadataBytes: Int(metadata), metadataChecksum: bytes.u32(at: metadataAt))
    }
}

extension EventView {
    /// What was removed from the event; nil where it is whole.
    package var removed: EventRecord.Removed? { EventRecord.removed(from: record) }

    /// Whether data and metadata were removed: nothing but its place, and what it is called, is left.
    package var isStub: Bool { EventRecord.hasExtensions(record) && removed != nil }
}

extension EventBatch {
    /// Whether some of its events may be stubs: a look at one byte of each.
    package var mayHaveStubs: Bool {
        let bytes = block.bytes
        for entry in entries where bytes.u8(at: entry.offset + EventRecord.flagsAt) & 64 != 0 {
            return true
        }
        return false
    }

    /// The same without stubs, which nobody is shown.
    package var withoutStubs: EventBatch {
        mayHaveStubs ? filtered(upTo: .max) { !$0.isStub } : self
    }
}
