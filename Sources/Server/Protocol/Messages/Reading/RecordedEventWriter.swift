package import Daybook
internal import DaybookBytes
package import DaybookProtobuf

extension V1 {
    /// Writes an event as a field with a `RecordedEvent`, from the record in which it lies.
    ///
    /// How long all parts of most events are is known before they are written, so they are written in one go.
    @inline(__always)
    package static func write(
        _ event: EventView, as field: UInt8, into writer: inout ProtobufWriter
    ) {
        if event.isPlain {
            PlainEvent(event).write(field, into: &writer.buffer)
        } else {
            writeRare(event, as: field, into: &writer)
        }
    }

    private static func writeRare(
        _ event: EventView, as field: UInt8, into writer: inout ProtobufWriter
    ) {
        writer.message(Int(field), about: event.record.byteCount + 32) { writer in
            writer.uint64(1, event.position)
            writer.uint64(2, event.revision)
            writer.sint64(3, event.recordedAt.microseconds)
            writer.span(4, event.streamBytes)
            writer.message(5, about: event.record.byteCount) { writer in
                writer.eventID(1, event.id)
                writer.span(2, event.typeBytes)
                if !event.isJSON { writer.string(3, event.contentType) }
                writer.span(4, event.dataBytes)
                writer.span(5, event.metadataBytes)
                event.forEachTag { writer.span(6, $0) }
                if let causation = event.causation { writer.string(7, always: causation) }
                if let correlation = event.correlation { writer.string(8, always: correlation) }
                if let time = event.occurredAt { writer.sint64(9, always: time.microseconds) }
            }
        }
    }

    /// An event without the fields that few events have.
    private struct PlainEvent: ~Escapable {
        let id: EventID
        let stream: RawSpan
        let revision: Revision
        let position: Position
        let recordedAt: UInt64
        let type: RawSpan
        let isJSON: Bool
        let metadata: RawSpan
        let data: RawSpan

        /// The content type of an event that is not JSON, with its tag and length.
        private static let bytes: StaticString = "\u{1a}\u{18}application/octet-stream"

        @_lifetime(copy event)
        init(_ event: EventView) {
            id = event.id
            stream = event.streamBytes
            revision = event.revision
            position = event.position
            let time = event.recordedAt.microseconds
            recordedAt = UInt64(bitPattern: time << 1 ^ time >> 63)
            type = event.typeBytes
            isJSON = event.isJSON
            metadata = event.metadataBytes
            data = event.dataBytes
        }

        @inline(__always)
        func write(_ field: UInt8, into buffer: inout ByteWriter) {
            let (revision, position) = (Varint(revision), Varint(position))
            let recordedAt = Varint(recordedAt)
            var eventCount = 18 + ByteRoom.fieldBytes(type) + ByteRoom.fieldBytes(metadata)
            eventCount += ByteRoom.fieldBytes(data)
            if !isJSON { eventCount += Self.bytes.utf8CodeUnitCount }
            var count = ByteRoom.fieldBytes(eventCount) + ByteRoom.fieldBytes(stream)
            count += 1 + position.byteCount + 1 + recordedAt.byteCount
            if self.revision > 0 { count += 1 + revision.byteCount }
            buffer.append(upTo: ByteRoom.fieldBytes(count) + Varint.bytesMax) { room in
                room.append(field << 3 | 2)
                room.append(length: count)
                let end = room.left - count
                room.append(0x08 as UInt8)
                room.append(position)
                if self.revision > 0 {
                    room.append(0x10 as UInt8)
                    room.append(revision)
                }
                room.append(0x18 as UInt8)
                room.append(recordedAt)
                room.appendField(0x22, stream)
                room.append(0x2A as UInt8)
                room.append(length: eventCount)
                room.append(0x0A as UInt8)
                room.append(16 as UInt8)
                room.append(id.high.byteSwapped)
                room.append(id.low.byteSwapped)
                room.appendField(0x12, type)
                if !isJSON { room.append(Self.bytes) }
                room.appendField(0x22, data)
                room.appendField(0x2A, metadata)
                precondition(room.left == end, "an event is as long as was said before it")
            }
        }
    }
}
