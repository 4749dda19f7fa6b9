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

        package init(
            dataBytes: Int, dataChecksum: UInt32, metadataBytes: Int, metadataChecksum: UInt32
        ) {
            self.dataBytes = dataBytes
            self.dataChecksum = dataChecksum
            self.metadataBytes = metadataBytes
            self.metadataChecksum = metadataChecksum
        }
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
        let fields = wellFormedFields(of: record)
        let dataAt = record.byteCount - Int(record.u32(at: dataBytesAt))
        let data = record.extracting(dataAt..<record.byteCount)
        let metadata = record.extracting(fields.metadata)
        let removed = Removed(
            dataBytes: data.byteCount, dataChecksum: CRC32C.checksum(of: data),
            metadataBytes: metadata.byteCount, metadataChecksum: CRC32C.checksum(of: metadata))
        encodeStub(of: record, saying: removed, into: &writer)
    }

    /// Writes the stub of a well-formed record that is whole, or whose data and metadata were removed elsewhere.
    package static func encodeStub(
        of record: borrowing RawSpan, saying removed: Removed, into writer: inout ByteWriter
    ) {
        let fields = wellFormedFields(of: record)
        var said = ByteWriter(capacity: 24)
        said.appendVarint(UInt64(removed.dataBytes))
        said.append(removed.dataChecksum)
        said.appendVarint(UInt64(removed.metadataBytes))
        said.append(removed.metadataChecksum)
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

    private static func wellFormedFields(of record: borrowing RawSpan) -> OptionalFields {
        guard let fields = optionalFields(of: record) else {
            preconditionFailure("a stub is made of a well-formed record")
        }
        return fields
    }

    private static func optionalFields(of record: borrowing RawSpan) -> OptionalFields? {
        optionalFields(of: record, from: Shape(of: record).optionalAt)
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
