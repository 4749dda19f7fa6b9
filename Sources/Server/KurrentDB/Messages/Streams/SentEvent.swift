internal import Daybook
internal import DaybookBytes
internal import DaybookProtobuf

/// An event as it is sent to clients: see ``Streams/EventEncoder``. How long all its parts are is known before they are
/// written, so it is written in one go.
struct SentEvent: ~Escapable {
    let id: EventID
    let stream: RawSpan
    let revision: UInt64
    let position: UInt64
    let isJSON: Bool
    let recordedAt: Timestamp
    let type: RawSpan
    let metadata: RawSpan
    let data: RawSpan

    /// - Parameter metadata: What is sent as the metadata of the event.
    @_lifetime(copy event, copy metadata)
    init(_ event: EventView, metadata: RawSpan) {
        id = event.id
        stream = event.streamBytes
        revision = event.revision
        position = event.position
        isJSON = event.isJSON
        recordedAt = event.recordedAt
        type = event.typeBytes
        self.metadata = metadata
        data = event.dataBytes
    }

    /// An event that stands nowhere, of no JSON, in the place of another.
    @_lifetime(copy event, copy stream, copy type, copy metadata, copy data)
    init(
        inPlaceOf event: EventView, id: EventID, stream: RawSpan, revision: UInt64, type: RawSpan,
        metadata: RawSpan, data: RawSpan
    ) {
        self.id = id
        self.stream = stream
        self.revision = revision
        position = event.position
        isJSON = false
        recordedAt = event.recordedAt
        self.type = type
        self.metadata = metadata
        self.data = data
    }

    // Entries of the map of properties, each with a key (1) and a value (2). Clients know two types of content: what is
    // not JSON is bytes to them.
    private static let json: StaticString =
        "\u{32}\u{20}\u{a}\u{c}content-type\u{12}\u{10}application/json"
    private static let binary: StaticString =
        "\u{32}\u{28}\u{a}\u{c}content-type\u{12}\u{18}application/octet-stream"
    private static let createdKey: StaticString = "\u{a}\u{7}created"
    private static let typeKey: StaticString = "\u{a}\u{4}type"

    /// Writes them as a field of a message.
    @inline(__always)
    func write(_ field: UInt8, _ form: UUIDForm, into buffer: inout ByteWriter) {
        let (revision, position) = (Varint(revision), Varint(position))
        let (high, low) = (Varint(id.high), Varint(id.low))
        let created = DecimalDigits(UInt64(max(0, recordedAt.microseconds)) &* 10)

        let halfCount = Self.count(id.high, high) + Self.count(id.low, low)
        let idCount = 2 + (form == .structured ? halfCount : ByteRoom.uuidBytes)
        let streamCount = ByteRoom.fieldBytes(stream)
        let createdCount = Self.createdKey.utf8CodeUnitCount + 2 + created.count
        let typeCount = Self.typeKey.utf8CodeUnitCount + ByteRoom.fieldBytes(type)
        let contentType = isJSON ? Self.json : Self.binary
        var count = 2 + idCount + ByteRoom.fieldBytes(streamCount)
        count += Self.count(self.revision, revision) + 2 * Self.count(self.position, position)
        count += contentType.utf8CodeUnitCount + 2 + createdCount + ByteRoom.fieldBytes(typeCount)
        count += ByteRoom.fieldBytes(metadata) + ByteRoom.fieldBytes(data)

        let room = ByteRoom.fieldBytes(count) + Varint.bytesMax
        buffer.append(upTo: room) { room in
            room.append(field << 3 | 2)
            room.append(length: count)
            let end = room.left - count

            room.append(0x0A as UInt8)
            room.append(UInt8(idCount))
            if form == .structured {
                room.append(0x0A as UInt8)
                room.append(UInt8(halfCount))
                Self.write(0x08, id.high, high, into: &room)
                Self.write(0x10, id.low, low, into: &room)
            } else {
                room.append(0x12 as UInt8)
                room.append(UInt8(ByteRoom.uuidBytes))
                room.append(id)
            }
            room.append(0x12 as UInt8)
            room.append(length: streamCount)
            room.appendField(0x1A, stream)
            Self.write(0x18, self.revision, revision, into: &room)
            Self.write(0x20, self.position, position, into: &room)
            Self.write(0x28, self.position, position, into: &room)
            room.append(contentType)
            room.append(0x32 as UInt8)
            room.append(UInt8(createdCount))
            room.append(Self.createdKey)
            room.append(0x12 as UInt8)
            room.append(UInt8(created.count))
            room.append(created.bytes)
            room.append(0x32 as UInt8)
            room.append(length: typeCount)
            room.append(Self.typeKey)
            room.appendField(0x12, type)
            room.appendField(0x3A, metadata)
            room.appendField(0x42, data)
            precondition(room.left == end, "an event is as long as was said before it")
        }
    }

    // A field without presence is left out where it is empty.

    @inline(__always)
    private static func count(_ value: UInt64, _ number: Varint) -> Int {
        value == 0 ? 0 : 1 + number.byteCount
    }

    @inline(__always)
    private static func write(
        _ tag: UInt8, _ value: UInt64, _ number: Varint, into room: inout ByteRoom
    ) {
        if value == 0 { return }
        room.append(tag)
        room.append(number)
    }
}
