internal import Daybook

/// A journal as a value: arrays, and every question answered by looking through all of them.
///
/// It is the oracle other engines are compared with, so it is written to be seen to be right.
struct ModelJournal: Sendable {
    let id: EventID
    let epoch: UInt64 = 1
    /// Position p stands at index p - 1.
    var events: [RecordedEvent] = []
    /// Record n stands at index n - 1.
    var records: [SystemRecord] = []
    var marks: [TrackingMark] = []
    /// Positions of events of which a compaction removed data and metadata: nobody is shown them any more.
    var removed: Set<Position> = []

    /// See `Limits`; engines may be asked to keep a smaller one.
    let conditionCandidatesMax: Int

    init(id: EventID, conditionCandidatesMax: Int) {
        self.id = id
        self.conditionCandidatesMax = conditionCandidatesMax
    }

    var head: Position { Position(events.count) }

    var checkpoint: Checkpoint {
        Checkpoint(journal: id, epoch: epoch, position: head, event: events.last?.id)
    }

    /// The last value under a key.
    func record(owner: String, key: String) -> RecordValue? {
        let last = records.lastIndex { $0.owner.isSpelled(as: owner) && $0.key.isSpelled(as: key) }
        guard let last, let value = records[last].value else { return nil }
        return RecordValue(key: key, value: value, sequence: UInt64(last + 1))
    }

    /// The keys of an owner that have a value, by the order of their bytes.
    func records(owner: String) -> [RecordValue] {
        let keys = records.filter { $0.owner.isSpelled(as: owner) }.map(\.key)
        return keys.distinctByBytes().compactMap { record(owner: owner, key: $0) }
    }

    /// The last mark of a consumer.
    func tracking(_ consumer: String) -> TrackingToken? {
        marks.last { $0.consumer.isSpelled(as: consumer) }
            .map { TrackingToken(token: $0.to, note: $0.note) }
    }

    /// The first revision of a stream that is neither deleted nor gone by the metadata.
    func firstRevision(of stream: ModelStream, at now: Timestamp) -> Revision {
        let said = events.last {
            $0.stream.isSpelled(as: stream.metadataName) && $0.type == SystemType.metadata
        }
        guard let said, let metadata = try? StreamMetadata(decoding: said.data) else {
            return stream.first
        }
        let kept = events.first { event in
            guard event.stream.isSpelled(as: stream.name), event.revision >= stream.first else {
                return false
            }
            let later = stream.state.next - event.revision
            if metadata.truncates(event, saidAt: said.position) { return false }
            if later > metadata.maxCount ?? .max { return false }
            let age = now.microseconds - event.recordedAt.microseconds
            return metadata.maxAgeSeconds.map { age <= 1_000_000 * Int64($0) } ?? true
        }
        return kept?.revision ?? stream.state.next
    }

    /// A stream as it is told of.
    func info(_ name: String, at now: Timestamp) -> StreamInfo {
        let stream = stream(name)
        guard case .live = stream.state else { return stream.info }
        return StreamInfo(
            name: name, state: stream.state, firstRevision: firstRevision(of: stream, at: now),
            lastPosition: stream.lastPosition)
    }

    /// The names of all streams ever written, by the order of their bytes.
    func streamNames() -> [String] {
        events.map(\.stream).distinctByBytes()
    }

    func stream(_ name: String) -> ModelStream {
        var stream = ModelStream(name: name)
        for event in events { stream.take(event) }
        return stream
    }
}

/// What the events so far say about one stream.
struct ModelStream {
    let name: String
    let metadataName: String
    var last: Revision?
    var lastPosition: Position?
    /// The revision of the first event behind the last deletion.
    var first: Revision = 0
    /// The revision at which it was last reopened.
    var reopened: Revision = 0
    var isDeleted = false
    var isTombstoned = false
    var hasMetadata = false

    init(name: String) {
        self.name = name
        metadataName = StreamName.metadata(of: name)
    }

    mutating func take(_ event: RecordedEvent) {
        if event.stream.isSpelled(as: name) {
            if isDeleted { reopened = event.revision }
            isDeleted = false
            last = event.revision
            lastPosition = event.position
        } else if event.stream.isSpelled(as: metadataName) {
            switch event.type {
            case SystemType.softDeleted: isDeleted = true
            case SystemType.tombstoned: isTombstoned = true
            default: hasMetadata = true
            }
            if isDeleted || isTombstoned { first = last.map { $0 + 1 } ?? 0 }
        }
    }

    var state: StreamState {
        if isTombstoned { return .tombstoned(last: last) }
        guard let last else { return hasMetadata ? .onlyMetadata : .never }
        return isDeleted ? .softDeleted(last: last) : .live(last: last)
    }

    var info: StreamInfo {
        StreamInfo(name: name, state: state, firstRevision: first, lastPosition: lastPosition)
    }
}

extension [String] {
    /// Each once, by the order of their bytes.
    func distinctByBytes() -> [String] {
        Set(map { [UInt8]($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
