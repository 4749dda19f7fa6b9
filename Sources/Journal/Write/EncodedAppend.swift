package import Daybook
internal import DaybookBytes

/// An append, validated and encoded on the caller's thread: all but its place in the journal.
package final class EncodedAppend: Sendable {
    /// A stream that the append writes, or only names.
    struct Stream: HashedName, Sendable {
        var name: String
        var bytes: [UInt8]
        /// By which the index finds the name, and which identifies it beside an id, see `IDHash`.
        var hash: UInt64
        /// nil: nothing is asked of it, but something becomes known about it.
        var condition: StreamCondition?
        var isWritten: Bool
        /// It is written, or an event is about it.
        var isChanged: Bool
    }

    /// What kind of append it is.
    package enum Kind: Sendable {
        case events
        case deletion(Deletion, of: String)
    }

    let append: Append
    let kind: Kind
    /// Whether the segment before it is to be sealed, however much room there is.
    let beginsSegment: Bool
    let streams: [Stream]
    /// By entry, its stream; empty where there is only one.
    private let streamOf: [Int32]
    /// The records one behind the other, with zeros where the journal fills in.
    let records: SharedBytes
    let starts: [Int]
    /// Whether its frame carries more than events.
    var hasFields: Bool { append.tracking != nil || !append.records.isEmpty }

    /// Validates and encodes.
    package convenience init(_ append: Append, hashKey: UInt64) throws(StoreError) {
        try append.validate()
        self.init(append, kind: .events, hashKey: hashKey)
    }

    /// The deletion of a stream, as the event that records it.
    package convenience init(
        deleting stream: String, _ deletion: Deletion, expecting condition: StreamCondition,
        id: EventID, hashKey: UInt64
    ) throws(StoreError) {
        try StreamName.validateDeleted(stream)
        let type = deletion == .soft ? SystemType.softDeleted : SystemType.tombstoned
        var append = Append(
            [Event(id: id, type: type)], to: StreamName.metadata(of: stream))
        append.conditions[stream] = condition
        self.init(append, kind: .deletion(deletion, of: stream), hashKey: hashKey)
    }

    /// A compaction point, as the event that records it.
    /// - Parameter beginsSegment: so that all before it lies in segments that are sealed.
    convenience init(
        _ point: CompactionPoint, id: EventID, beginsSegment: Bool, hashKey: UInt64
    ) {
        let event = Event(id: id, type: SystemType.compactionPoint, data: point.data)
        self.init(
            Append([event], to: StreamName.journal), kind: .events, beginsSegment: beginsSegment,
            hashKey: hashKey)
    }

    private init(_ append: Append, kind: Kind, beginsSegment: Bool = false, hashKey: UInt64) {
        var streams: [Stream] = []
        var numbers = StreamNumbers()
        var streamOf: [Int32] = []
        var starts: [Int] = []
        var last: Int?

        func number(of name: String, isWritten: Bool) -> Int {
            // Safe: every bit of the elements counts.
            let bytes = unsafe name.utf8Span.span.bytes
            let hash = KeyedHash.hash(bytes, key: hashKey)
            if let known = numbers.find(bytes, hash, in: streams) {
                if isWritten {
                    streams[known].isWritten = true
                    streams[known].isChanged = true
                }
                return known
            }
            // Of this spelling, as the stream is.
            let own = append.conditions.index(forKey: name).map { append.conditions[$0] }
            let condition =
                own.flatMap { $0.key.isSpelled(as: name) ? $0.value : nil }
                ?? (isWritten ? .any : nil)
            streams.append(
                Stream(
                    name: name, bytes: Array(name.utf8), hash: hash,
                    condition: condition, isWritten: isWritten, isChanged: isWritten))
            numbers.addLast(of: streams)
            return streams.count - 1
        }

        var size = 0
        let entries = append.entries.span
        for index in entries.indices {
            size += 96 + entries[index].event.data.count + entries[index].event.metadata.count
        }
        var writer = ByteWriter(capacity: size)
        starts.reserveCapacity(entries.count)
        for index in entries.indices {
            // Taken out once: each look at an element counts references to all it is made of.
            let entry = entries[index]
            let stream: Int
            if let last, streams[last].name.isSpelled(as: entry.stream) {
                stream = last
            } else {
                stream = number(of: entry.stream, isWritten: true)
                if stream > 0 && streamOf.isEmpty {
                    streamOf = Array(repeating: 0, count: index)
                    streamOf.reserveCapacity(append.entries.count)
                }
                last = stream
            }
            if !streamOf.isEmpty || stream > 0 { streamOf.append(Int32(stream)) }
            starts.append(writer.count)
            EventRecord.encode(entry.event, stream: entry.stream, into: &writer)
        }
        for name in append.conditions.keys.sorted() { _ = number(of: name, isWritten: false) }
        // Metadata says something about the stream it is the metadata of.
        for stream in streams where stream.isWritten {
            if let subject = StreamName.subject(of: stream.name) {
                let about = number(of: String(subject), isWritten: false)
                streams[about].isChanged = true
            }
        }
        self.append = append
        self.kind = kind
        self.beginsSegment = beginsSegment
        self.streams = streams
        self.streamOf = streamOf
        self.starts = starts
        records = writer.finish()
    }

    /// The stream of an entry.
    func stream(of entry: Int) -> Int { streamOf.isEmpty ? 0 : Int(streamOf[entry]) }

    var eventCount: Int { starts.count }
}

extension EncodedAppend {
    /// What the fields of its frame take at most.
    var fieldBytesMax: Int {
        guard hasFields else { return 0 }
        var bytes = 64
        if let mark = append.tracking {
            bytes += 32 + mark.consumer.utf8.count + (mark.from?.count ?? 0) + mark.to.count
            bytes += mark.note.count
        }
        for record in append.records {
            bytes += 24 + record.owner.utf8.count + record.key.utf8.count
            bytes += record.value?.count ?? 0
        }
        return bytes
    }
}
