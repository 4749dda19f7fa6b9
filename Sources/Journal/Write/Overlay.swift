internal import Daybook
internal import DaybookBytes

/// What was decided lately, durable or not: it completes the facts that an append was resolved with.
///
/// Two generations, so that it is bounded and needs no taking out. Everything after `floor` is in it.
struct Overlay {
    private struct Generation {
        /// The frame after which it begins.
        var after: UInt64
        var index: EventIndex
        var tracking: [String: TrackingToken] = [:]
        /// By owner and key: the sequence number of the value, nil where it was removed.
        var records: [RecordKey: UInt64?] = [:]
        var changes = 0
    }

    private var current: Generation
    private var previous: Generation
    private(set) var ids: IDWindow
    private let hash: NameHash
    private let changesMax: Int

    /// The last position decided.
    var head: Position { ids.last }

    /// Facts must reach up to this frame at least.
    var floor: UInt64 { previous.after }

    /// Begins behind a frame whose events are all in the index.
    init(after frame: UInt64, ids: IDWindow, hash: NameHash, changesMax: Int) {
        let empty = Generation(after: frame, index: EventIndex(hash: hash))
        current = empty
        previous = empty
        self.ids = ids
        self.hash = hash
        self.changesMax = changesMax
    }

    /// Forgets the older half, if the newer is full and the index has what would be lost.
    mutating func trim(indexed frame: UInt64, last: UInt64) {
        guard current.changes >= changesMax, frame >= current.after else { return }
        previous = current
        current = Generation(after: last, index: EventIndex(hash: hash))
    }

    // MARK: Asking

    // The lists looked through here are as short as the overlay is, and only the part behind the facts counts.

    func facts(_ stream: EncodedAppend.Stream) -> StreamFacts? {
        let name = stream.bytes.rawSpan
        return current.index.facts(name) ?? previous.index.facts(name)
    }

    /// The first event behind a position that matches, among those in the overlay.
    func firstMatch(_ query: Query, after: Position) -> Position? {
        previous.index.firstMatch(query, after: after, upTo: head)
            ?? current.index.firstMatch(query, after: after, upTo: head)
    }

    /// How many events behind a position match, among those in the overlay; beyond `max` it may be fewer.
    func matchCount(_ query: Query, after: Position, max: Int) -> Int {
        let older = previous.index.matchCount(query, after: after, upTo: head, max: max)
        return older + current.index.matchCount(query, after: after, upTo: head, max: max)
    }

    /// How many events behind a position, among those in the overlay, have the terms of a query.
    func candidates(_ query: Query, after: Position) -> Candidates {
        previous.index.candidates(query, after: after, upTo: head)
            + current.index.candidates(query, after: after, upTo: head)
    }

    func tracking(_ consumer: String) -> TrackingToken? {
        current.tracking[consumer] ?? previous.tracking[consumer]
    }

    /// The outer nil: the overlay knows nothing of the key.
    func record(_ key: RecordKey) -> UInt64?? {
        current.records[key] ?? previous.records[key]
    }

    // MARK: Folding

    /// Says what is known of a stream before its first event is taken in.
    mutating func begin(_ stream: EncodedAppend.Stream, with facts: StreamFacts) {
        current.index.begin(stream.bytes.rawSpan, with: facts)
    }

    mutating func add(_ view: borrowing EventView) {
        current.index.add(view)
        current.changes += 1
    }

    mutating func add(_ id: EventID, stream hash: UInt64, revision: Revision) {
        ids.add(id, stream: hash, revision: revision)
    }

    mutating func set(_ mark: TrackingMark) {
        current.tracking[mark.consumer] = TrackingToken(token: mark.to, note: mark.note)
        current.changes += 1
    }

    mutating func set(_ key: RecordKey, sequence: UInt64?) {
        current.records[key] = .some(sequence)
        current.changes += 1
    }
}

/// Owner and key of a system record.
struct RecordKey: Hashable, Sendable {
    var owner: String
    var key: String
}
