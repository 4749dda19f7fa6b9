package import Daybook
package import DaybookBytes

// The fields of a frame, each: varint number, varint length, bytes.
//
//   1  tracking mark: string consumer, byte (1: there was a token before), bytes from, bytes to, bytes note
//   2  system records: varint number of the first, varint count, then each:
//      string owner, string key, byte (1: a value, 0: removed), bytes value
//
// Strings and bytes are a varint length and so many bytes. Numbers below 64 that are not drawn here stand for
// what a reader must understand: a journal that has them was written by a later version. Those from 64 on may
// be passed over. Kept for later: 3 sequence in a source log, 4 key id, 5 compression.

/// What a frame carries beside events.
package struct FrameFields: Hashable, Sendable {
    package struct Record: Hashable, Sendable {
        package var owner: String
        package var key: String
        package var value: [UInt8]?
    }

    package var tracking: TrackingMark?
    /// The number of the first record, dense along the journal; 0 where there are none.
    package var firstRecord: UInt64 = 0
    package var records: [Record] = []

    package init() {}
    package var isEmpty: Bool { tracking == nil && records.isEmpty }

    package func encode(into writer: inout ByteWriter) {
        if let mark = tracking {
            var field = ByteWriter()
            field.appendSized(mark.consumer.utf8)
            field.append(mark.from == nil ? 0 : 1 as UInt8)
            field.appendSized(mark.from ?? [])
            field.appendSized(mark.to)
            field.appendSized(mark.note)
            writer.appendField(1, field.bytes)
        }
        if !records.isEmpty {
            var field = ByteWriter()
            field.appendVarint(firstRecord)
            field.appendVarint(UInt64(records.count))
            for record in records {
                field.appendSized(record.owner.utf8)
                field.appendSized(record.key.utf8)
                field.append(record.value == nil ? 0 : 1 as UInt8)
                field.appendSized(record.value ?? [])
            }
            writer.appendField(2, field.bytes)
        }
    }

    package enum Failure: Error, Hashable {
        case malformed
        case newerFormat(UInt64)
    }

    package init(decoding bytes: borrowing RawSpan) throws(Failure) {
        var reader = FieldReader(at: 0)
        while reader.at < bytes.byteCount {
            let number = try reader.number(bytes)
            let range = try reader.sized(bytes)
            let field = bytes.extracting(range)
            switch number {
            case 1: tracking = try Self.tracking(field)
            case 2: try decodeRecords(field)
            case 64...: continue
            default: throw .newerFormat(number)
            }
        }
    }

    private static func tracking(_ field: borrowing RawSpan) throws(Failure) -> TrackingMark {
        var reader = FieldReader(at: 0)
        let consumer = try reader.text(field)
        let had = try reader.byte(field)
        let from = try reader.bytes(field)
        let to = try reader.bytes(field)
        let note = try reader.bytes(field)
        return TrackingMark(consumer: consumer, from: had == 1 ? from : nil, to: to, note: note)
    }

    private mutating func decodeRecords(_ field: borrowing RawSpan) throws(Failure) {
        var reader = FieldReader(at: 0)
        firstRecord = try reader.number(field)
        let count = try reader.number(field)
        guard count <= UInt64(field.byteCount) else { throw .malformed }
        for _ in 0..<count {
            let owner = try reader.text(field)
            let key = try reader.text(field)
            let has = try reader.byte(field)
            let value = try reader.bytes(field)
            records.append(Record(owner: owner, key: key, value: has == 1 ? value : nil))
        }
    }
}

/// Takes varints and sized bytes off a span, one after another.
private struct FieldReader {
    var at: Int

    mutating func number(_ bytes: borrowing RawSpan) throws(FrameFields.Failure) -> UInt64 {
        guard let (value, end) = bytes.varint(at: at) else { throw .malformed }
        at = end
        return value
    }
    mutating func sized(_ bytes: borrowing RawSpan) throws(FrameFields.Failure) -> Range<Int> {
        let length = try number(bytes)
        guard length <= UInt64(bytes.byteCount - at) else { throw .malformed }
        defer { at += Int(length) }
        return at..<at + Int(length)
    }
    mutating func byte(_ bytes: borrowing RawSpan) throws(FrameFields.Failure) -> UInt8 {
        guard at < bytes.byteCount else { throw .malformed }
        defer { at += 1 }
        return bytes.u8(at: at)
    }
    mutating func text(_ bytes: borrowing RawSpan) throws(FrameFields.Failure) -> String {
        let range = try sized(bytes)
        return bytes.extracting(range).text()
    }
    mutating func bytes(_ bytes: borrowing RawSpan) throws(FrameFields.Failure) -> [UInt8] {
        let range = try sized(bytes)
        return bytes.extracting(range).copied()
    }
}

extension ByteWriter {
    fileprivate mutating func appendSized(_ bytes: some Collection<UInt8>) {
        appendVarint(UInt64(bytes.count))
        for byte in bytes { append(byte) }
    }
    fileprivate mutating func appendField(_ number: UInt64, _ bytes: borrowing RawSpan) {
        appendVarint(number)
        appendVarint(UInt64(bytes.byteCount))
        append(bytes)
    }
}
