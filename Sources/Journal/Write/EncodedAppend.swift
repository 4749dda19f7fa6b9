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

    let kind: Kind
    /// Whether the segment before it is to be sealed, however much room there is.
    let beginsSegment: Bool
    let streams: [Stream]
    /// By event, its stream; empty where there is only one.
    private let streamOf: [Int32]
    /// The records one behind the other, with zeros where the journal fills in.
    let records: SharedBytes
    let eventCount: Int
    /// By event but the first, where its record begins.
    private let laterStarts: [Int]
    let queryCondition: QueryCondition?
    let tracking: TrackingMark?
    let systemRecords: [SystemRecord]
    /// Whether its frame carries more than events.
    var hasFields: Bool { tracking != nil || !systemRecords.isEmpty }

    /// Validates and encodes.
    package convenience init(_ append: Append, hashKey: UInt64) throws(StoreError) {
        self.init(checked: try append.encodedEvents(), append.terms, hashKey: hashKey)
    }

    /// An append of events that were encoded as they came.
    package convenience init(
        _ events: consuming EncodedEvents, _ terms: AppendTerms, hashKey: UInt64
    ) throws(StoreError) {
        try terms.validate(events)
        self.init(checked: events, terms, hashKey: hashKey)
    }

    /// The deletion of a stream, as the event that records it.
    package convenience init(
        deleting stream: String, _ deletion: Deletion, expecting condition: StreamCondition,
        id: EventID, hashKey: UInt64
    ) throws(StoreError) {
        try StreamName.validateDeleted(stream)
        let type = deletion == .soft ? SystemType.softDeleted : SystemType.tombstoned
        var events = EncodedEvents(capacity: 256)
        events.add(system: Event(id: id, type: type), to: StreamName.metadata(of: stream))
        var terms = AppendTerms()
        terms.conditions = [stream: condition]
        self.init(
            checked: events, kind: .deletion(deletion, of: stream), terms, hashKey: hashKey)
    }

    /// A compaction point, as the event that records it.
    /// - Parameter beginsSegment: so that all before it lies in segments that are sealed.
    convenience init(
        _ point: CompactionPoint, id: EventID, beginsSegment: Bool, hashKey: UInt64
    ) {
        var events = EncodedEvents(capacity: 256)
        events.add(
            system: Event(id: id, type: SystemType.compactionPoint, data: point.data),
            to: StreamName.journal)
        self.init(
            checked: events, AppendTerms(), beginsSegment: beginsSegment, hashKey: hashKey)
    }

    private init(
        checked events: consuming EncodedEvents, kind: Kind = .events, _ terms: AppendTerms,
        beginsSegment: Bool = false, hashKey: UInt64
    ) {
        let parts = events.finish()
        let conditions = terms.conditions
        var streams: [Stream] = []
        var numbers = StreamNumbers()
        var streamOf: [Int32] = []

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
            let own = conditions.index(forKey: name).map { conditions[$0] }
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

        if let stream = parts.stream { _ = number(of: stream, isWritten: true) }
        for (place, run) in parts.laterRuns.enumerated() {
            if place == 0 { streamOf.append(contentsOf: repeatElement(0, count: run.first)) }
            let stream = Int32(number(of: run.stream, isWritten: true))
            let isLast = place + 1 == parts.laterRuns.count
            let end = isLast ? parts.count : parts.laterRuns[place + 1].first
            streamOf.append(contentsOf: repeatElement(stream, count: end - run.first))
        }
        if !conditions.isEmpty {
            for name in conditions.keys.sorted() { _ = number(of: name, isWritten: false) }
        }
        // Metadata says something about the stream it is the metadata of.
        for stream in streams where stream.isWritten {
            if let subject = StreamName.subject(of: stream.name) {
                let about = number(of: String(subject), isWritten: false)
                streams[about].isChanged = true
            }
        }
        self.kind = kind
        self.beginsSegment = beginsSegment
        self.streams = streams
        self.streamOf = streamOf
        queryCondition = terms.queryCondition
        tracking = terms.tracking
        systemRecords = terms.records
        eventCount = parts.count
        laterStarts = parts.laterStarts
        records = parts.records
    }

    /// What it takes of the room for appends under way.
    var bytesInFlight: Int { records.count + 256 }

    var isOfOneStream: Bool { eventCount > 0 && streamOf.isEmpty }

    /// The stream of an event.
    func stream(of event: Int) -> Int { streamOf.isEmpty ? 0 : Int(streamOf[event]) }

    func id(of event: Int) -> EventID {
        let records = records
        return EventRecord.id(in: records.bytes, at: event == 0 ? 0 : laterStarts[event - 1])
    }

    /// The answer to it where its events were found, by event at the places; nil where it is new.
    func repeated(at places: [RecordedPlace?]) throws(StoreError) -> Appended? {
        try Appended.repeated(at: places) {
            (id(of: $0), streams[stream(of: $0)].name)
        } streams: {
            var last = Array(repeating: 0, count: streams.count)
            for event in 0..<eventCount { last[stream(of: event)] = event }
            // They are numbered by their first events.
            return streams.indices.filter { streams[$0].isWritten }.map {
                (name: streams[$0].name, last: last[$0])
            }
        }
    }
}

extension EncodedAppend {
    /// What the fields of its frame take at most.
    var fieldBytesMax: Int {
        guard hasFields else { return 0 }
        var bytes = 64
        if let mark = tracking {
            bytes += 32 + mark.consumer.utf8.count + (mark.from?.count ?? 0) + mark.to.count
            bytes += mark.note.count
        }
        for record in systemRecords {
            bytes += 24 + record.owner.utf8.count + record.key.utf8.count
            bytes += record.value?.count ?? 0
        }
        return bytes
    }
}
