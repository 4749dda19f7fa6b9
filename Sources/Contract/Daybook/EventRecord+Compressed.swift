package import DaybookBytes

// A compressed record; they stand in segments whose header says so. Its first 48 bytes are those of the plain record,
// but for three fields: the length is that of what is stored, the checksum is over what is stored, flag 128 is set.
//
//  48      varint: bytes of the plain record behind its byte 48
//          those bytes, compressed, up to the end of the record
//
// The lengths of names and data stay those of the plain record. A record that does not get shorter stays plain.

extension EventRecord {
    /// Where the parts of a compressed record lie.
    package struct Compressed: Hashable, Sendable {
        /// The bytes of the plain record, its first 48 included.
        package var plainBytes: Int
        /// The compressed bytes.
        package var body: Range<Int>
    }

    /// Whether a record, of which no more than its first 48 bytes need to be there, is compressed.
    @inline(__always)
    package static func isCompressed(_ record: borrowing RawSpan) -> Bool {
        record.u8(at: flagsAt) & Flags.compressed.rawValue != 0
    }

    /// The parts of a compressed record; nil where it is none, or its lengths cannot be. What is in it shows only
    /// when it is plain again.
    package static func compressed(_ record: borrowing RawSpan) -> Compressed? {
        guard record.byteCount > namesAt, Int(record.u32(at: lengthAt)) == record.byteCount,
            isCompressed(record), let (bytes, start) = record.varint(at: namesAt),
            bytes <= UInt64(Limits.eventBytesMax - namesAt)
        else { return nil }
        let names = Shape(of: record).optionalAt - namesAt
        if names + Int(record.u32(at: dataBytesAt)) > Int(bytes) { return nil }
        return Compressed(plainBytes: namesAt + Int(bytes), body: start..<record.byteCount)
    }

    /// Writes a well-formed plain record with what is behind its byte 48 compressed.
    /// - Parameter compress: writes the compressed bytes into the room there is; nil where that is too small.
    /// - Returns: Whether it got shorter; else nothing was written.
    package static func encodeCompressed(
        _ record: borrowing RawSpan, into writer: inout ByteWriter,
        _ compress: (borrowing RawSpan, UnsafeMutableRawBufferPointer) -> Int?
    ) -> Bool {
        let start = writer.count
        let flags = record.u8(at: flagsAt) | Flags.compressed.rawValue
        writer.append(record.extracting(0..<flagsAt))
        writer.append(flags)
        writer.append(record.extracting(flagsAt + 1..<namesAt))
        writer.appendVarint(UInt64(record.byteCount - namesAt))
        let body = record.extracting(namesAt..<record.byteCount)
        let room = record.byteCount - 1 - (writer.count - start)
        // Safe: the room is passed on.
        let isShorter =
            unsafe room > 0
            && writer.append(atMost: room) { room in unsafe compress(body, room) }
        if isShorter {
            writer.patch(UInt32(writer.count - start), at: start + lengthAt)
        } else {
            writer.truncate(to: start)
        }
        return isShorter
    }

    /// Writes the plain record of a compressed one. Its checksum stays that of what is stored.
    /// - Parameter expand: fills the room there is, exactly; false where the bytes are for another length, or damaged.
    /// - Returns: Whether it is well-formed; else what was written is to be thrown away.
    package static func encodePlain(
        of record: borrowing RawSpan, _ parts: Compressed, into writer: inout ByteWriter,
        _ expand: (borrowing RawSpan, UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool {
        let start = writer.count
        let flags = record.u8(at: flagsAt) & ~Flags.compressed.rawValue
        writer.append(UInt32(parts.plainBytes))
        writer.append(record.extracting(checksumAt..<flagsAt))
        writer.append(flags)
        writer.append(record.extracting(flagsAt + 1..<namesAt))
        let body = record.extracting(parts.body)
        let count = parts.plainBytes - namesAt
        // Safe: the room is passed on.
        let isExpanded = unsafe writer.append(atMost: count) { room in
            unsafe expand(body, room) ? count : nil
        }
        return isExpanded && isWellFormed(writer.bytes.extracting(start..<writer.count))
    }
}
