package import DaybookBytes

// An event as bytes: the one form in which the journal stores it, a batch carries it and a view reads it.
//
//   0   4  length of the record in bytes, this field included
//   4   4  CRC-32C over: random id of the segment (8), position (8), the length, then bytes 8 to the end
//   8   8  recordedAt, microseconds since 1970, signed
//  16   8  revision
//  24  16  id, most significant byte first
//  40   4  d: bytes of data
//  44   3  in the low 11 bits s: bytes of the stream's name; in the next 11 t: bytes of the type; in the last 2 the
//          content type by number: 0 by name (flag 16) · 1 application/json · 2 application/octet-stream
//  47   1  flags: 1 occurredAt · 2 tags · 4 causation · 8 correlation · 16 content type by name
//                 32 metadata · 64 extensions
//                 128 compressed: what follows byte 48 is drawn in EventRecord+Compressed.swift
//  48   s  stream
//       t  type
//          then, each where its flag is set and in the order of the flags:
//          occurredAt: 8 · tags: varint count, each varint length and bytes, sorted by bytes
//          causation, correlation, content type, metadata, extensions: varint length and bytes
//       d  data, up to the end of the record
//
// Integers are little-endian. The position is not stored, but the checksum knows it: a record in the wrong
// place is a damaged record. Extensions are drawn in EventRecord+Stub.swift.

/// Where the fields of a record lie, and how one is written.
package enum EventRecord {
    package static let lengthAt = 0
    package static let checksumAt = 4
    package static let recordedAtAt = 8
    package static let revisionAt = 16
    package static let idAt = 24
    package static let dataBytesAt = 40
    package static let shapeAt = 44
    package static let flagsAt = 47
    package static let namesAt = 48

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let occurredAt = Flags(rawValue: 1)
        package static let tags = Flags(rawValue: 2)
        package static let causation = Flags(rawValue: 4)
        package static let correlation = Flags(rawValue: 8)
        package static let contentType = Flags(rawValue: 16)
        package static let metadata = Flags(rawValue: 32)
        package static let extensions = Flags(rawValue: 64)
        static let compressed = Flags(rawValue: 128)
    }

    /// What four bytes of a record say of its fields.
    struct Shape {
        /// Names are shorter: `Limits.nameBytesMax`.
        private static let nameBits: UInt32 = 11
        fileprivate static let nameMask: UInt32 = 1 << nameBits - 1

        let word: UInt32

        init(word: UInt32) { self.word = word }

        @inline(__always)
        init(of record: borrowing RawSpan) { word = record.u32(at: shapeAt) }

        init(streamBytes: Int, typeBytes: Int, contentType: Int, flags: Flags) {
            precondition(
                max(streamBytes, typeBytes) <= Self.nameMask, "names are bounded by nameBytesMax")
            word =
                UInt32(streamBytes) | UInt32(typeBytes) << Self.nameBits
                | UInt32(contentType) << (2 * Self.nameBits) | UInt32(flags.rawValue) << 24
        }

        var streamBytes: Int { Int(word & Self.nameMask) }
        var typeBytes: Int { Int(word >> Self.nameBits & Self.nameMask) }
        var contentType: Int { Int(word >> (2 * Self.nameBits) & 3) }
        var flags: Flags { Flags(rawValue: UInt8(word >> 24)) }
        /// Where the type begins.
        var typeAt: Int { namesAt + streamBytes }
        /// Where the optional fields begin.
        var optionalAt: Int { typeAt + typeBytes }
    }

    /// Content types by number; what is not here is written by name.
    package static let contentTypes: [String?] = [nil, Event.json, Event.bytes]
    /// The number of the first of them, which most events have.
    package static let jsonNumber = 1

    /// Writes the record of an event, leaving checksum, time and revision zero for the journal to fill in.
    package static func encode(_ event: Event, stream: String, into writer: inout ByteWriter) {
        event.withFields { fields in
            encode(
                fields, stream: stream,
                bytes: fields.recordBytes(streamBytes: stream.utf8.count), into: &writer)
        }
    }

    /// - Parameter bytes: how many the record has.
    static func encode(
        _ event: borrowing EventFields, stream: String, bytes: Int, into writer: inout ByteWriter
    ) {
        // Safe: every byte of a text is initialised.
        encode(event, stream: unsafe stream.utf8Span.span.bytes, bytes: bytes, into: &writer)
    }

    /// Writes the record of an event that was recorded elsewhere, all but its checksum.
    /// - Parameter stream: In UTF-8; it and the type are no longer than `nameBytesMax`.
    package static func encode(
        _ event: borrowing EventFields, stream: RawSpan, revision: Revision, recordedAt: Timestamp,
        into writer: inout ByteWriter
    ) {
        let start = writer.count
        encode(
            event, stream: stream, bytes: event.recordBytes(streamBytes: stream.byteCount),
            into: &writer)
        writer.patch(revision, at: start + revisionAt)
        writer.patch(recordedAt.microseconds, at: start + recordedAtAt)
    }

    /// The longest names that a record has room for, in bytes.
    package static let nameBytesMax = Int(Shape.nameMask)

    private static func encode(
        _ event: borrowing EventFields, stream: RawSpan, bytes: Int, into writer: inout ByteWriter
    ) {
        writer.reserve(bytes)
        writer.append(UInt32(bytes))
        writer.append(UInt32(0))
        writer.append(UInt64(0))
        writer.append(UInt64(0))
        writer.append(event.id.high.byteSwapped)
        writer.append(event.id.low.byteSwapped)
        writer.append(UInt32(event.data.byteCount))
        let shape = Shape(
            streamBytes: stream.byteCount, typeBytes: event.type.byteCount,
            contentType: event.contentTypeNumber, flags: flags(of: event))
        writer.append(shape.word)
        writer.append(stream)
        writer.append(event.type)
        if let time = event.occurredAt { writer.append(time.microseconds) }
        if !event.tags.isEmpty { encode(event.tags, into: &writer) }
        if let text = event.causation { encode(text, into: &writer) }
        if let text = event.correlation { encode(text, into: &writer) }
        if event.contentTypeNumber == 0 { encode(event.contentType, into: &writer) }
        if !event.metadata.isEmpty { encode(event.metadata, into: &writer) }
        writer.append(event.data)
    }

    static func contentTypeNumber(_ name: RawSpan) -> Int {
        if name.isText("application/json") { return jsonNumber }
        return name.isText("application/octet-stream") ? 2 : 0
    }

    /// How many bytes the record of an event has.
    package static func size(of event: Event, stream: String) -> Int {
        event.withFields { $0.recordBytes(streamBytes: stream.utf8.count) }
    }

    /// The id in the record that begins at an offset.
    package static func id(in records: borrowing RawSpan, at start: Int) -> EventID {
        EventID(
            high: records.u64(at: start + idAt).byteSwapped,
            low: records.u64(at: start + idAt + 8).byteSwapped)
    }

    /// Whether the records that begin at two offsets are of one event: of one id, in one stream.
    static func isSameEvent(in records: borrowing RawSpan, at one: Int, _ other: Int) -> Bool {
        let bytes = Shape(word: records.u32(at: one + shapeAt)).streamBytes
        return id(in: records, at: one) == id(in: records, at: other)
            && bytes == Shape(word: records.u32(at: other + shapeAt)).streamBytes
            && records.extracting(one + namesAt..<one + namesAt + bytes).isEqual(
                to: records.extracting(other + namesAt..<other + namesAt + bytes))
    }

    private static func flags(of event: borrowing EventFields) -> Flags {
        var flags: Flags = []
        if event.occurredAt != nil { flags.insert(.occurredAt) }
        if !event.tags.isEmpty { flags.insert(.tags) }
        if event.causation != nil { flags.insert(.causation) }
        if event.correlation != nil { flags.insert(.correlation) }
        if event.contentTypeNumber == 0 { flags.insert(.contentType) }
        if !event.metadata.isEmpty { flags.insert(.metadata) }
        return flags
    }

    private static func encode(_ bytes: RawSpan, into writer: inout ByteWriter) {
        writer.appendVarint(UInt64(bytes.byteCount))
        writer.append(bytes)
    }

    private static func encode(_ tags: Set<String>, into writer: inout ByteWriter) {
        writer.appendVarint(UInt64(tags.count))
        if tags.count == 1 {
            encode(tags.first!, into: &writer)
        } else {
            for tag in tags.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                encode(tag, into: &writer)
            }
        }
    }

    private static func encode(_ text: String, into writer: inout ByteWriter) {
        writer.appendVarint(UInt64(text.utf8.count))
        writer.append(text)
    }

    /// The checksum of a record at a position in a segment.
    @inlinable
    package static func checksum(
        of record: borrowing RawSpan, segment randomID: UInt64, position: Position
    ) -> UInt32 {
        let place = Place(randomID: randomID, position: position, length: UInt32(record.byteCount))
        return CRC32C.checksum(of: record.extracting(8..<record.byteCount), after: place.checksum)
    }

    /// What a checksum knows beside the bytes.
    @usableFromInline struct Place {
        @usableFromInline let checksum: UInt32
        @usableFromInline
        init(randomID: UInt64, position: Position, length: UInt32) {
            let words = (randomID.littleEndian, position.littleEndian, UInt64(length).littleEndian)
            checksum = unsafe withUnsafeBytes(of: words) { unsafe CRC32C.checksum(of: $0.bytes) }
        }
    }

    /// When the event of a plain record occurred, nil where it does not say.
    package static func occurredAt(of record: borrowing RawSpan) -> Int64? {
        let shape = Shape(of: record)
        return shape.flags.contains(.occurredAt) ? record.i64(at: shape.optionalAt) : nil
    }

    /// Whether a record is plain and its fields lie within it, so that a view of it can be read.
    package static func isWellFormed(_ record: borrowing RawSpan) -> Bool {
        guard record.byteCount >= namesAt, Int(record.u32(at: lengthAt)) == record.byteCount else {
            return false
        }
        let dataAt = record.byteCount - Int(record.u32(at: dataBytesAt))
        let shape = Shape(of: record)
        let optionalAt = shape.optionalAt
        guard optionalAt <= dataAt, !shape.flags.contains(.compressed),
            shape.contentType < contentTypes.count
        else { return false }
        if shape.flags.isEmpty { return optionalAt == dataAt }
        if shape.flags == .metadata {
            return onlyMetadata(of: record, from: optionalAt)?.upperBound == dataAt
        }
        return optionalFields(of: record, from: optionalAt)?.end == dataAt
    }

    /// Where the metadata lie of a record with no other optional field, as most have that have any: the places of all
    /// fields take longer to note than the rest of the record to read. Nil where they do not lie within the record.
    @inline(__always)
    static func onlyMetadata(of record: borrowing RawSpan, from start: Int) -> Range<Int>? {
        var end = start
        return take(from: record, &end)
    }

    /// Where each optional field lies; empty where it is absent.
    struct OptionalFields {
        var occurredAt: Timestamp?
        var tags = 0..<0
        var tagCount = 0
        var causation = 0..<0
        var correlation = 0..<0
        var contentType = 0..<0
        /// Where the length of the metadata stands, or would.
        var metadataAt = 0
        var metadata = 0..<0
        var extensions = 0..<0
        var end = 0
    }

    /// Nil where one does not lie within the record.
    static func optionalFields(of record: borrowing RawSpan, from start: Int) -> OptionalFields? {
        let flags = Flags(rawValue: record.u8(at: flagsAt))
        var fields = OptionalFields()
        fields.end = start
        if flags.contains(.occurredAt) {
            guard fields.end + 8 <= record.byteCount else { return nil }
            fields.occurredAt = Timestamp(microseconds: record.i64(at: fields.end))
            fields.end += 8
        }
        if flags.contains(.tags) {
            guard let (count, first) = record.varint(at: fields.end),
                count <= UInt64(record.byteCount)
            else { return nil }
            fields.end = first
            for _ in 0..<count { if take(from: record, &fields.end) == nil { return nil } }
            fields.tags = first..<fields.end
            fields.tagCount = Int(count)
        }
        // A field that is absent is empty, one that does not lie within the record is nil.
        var end = fields.end
        func optional(_ flag: Flags) -> Range<Int>? {
            flags.contains(flag) ? take(from: record, &end) : 0..<0
        }
        guard let causation = optional(.causation), let correlation = optional(.correlation),
            let contentType = optional(.contentType)
        else { return nil }
        fields.metadataAt = end
        guard let metadata = optional(.metadata), let extensions = optional(.extensions) else {
            return nil
        }
        fields.causation = causation
        fields.correlation = correlation
        fields.contentType = contentType
        fields.metadata = metadata
        fields.extensions = extensions
        fields.end = end
        return fields
    }

    /// The range of a length-prefixed field at `offset`, which moves behind it.
    static func take(from record: borrowing RawSpan, _ offset: inout Int) -> Range<Int>? {
        guard let (length, start) = record.varint(at: offset),
            length <= UInt64(record.byteCount - start)
        else { return nil }
        offset = start + Int(length)
        return start..<offset
    }
}
