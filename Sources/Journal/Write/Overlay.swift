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
        var ids: OverlayIDs
        var marks: [Spelling: TrackingToken] = [:]
        /// The sequence number of the value, nil where it was removed.
        var records: [RecordKey: UInt64?] = [:]
        var changes = 0
    }

    private var current: Generation
    private var previous: Generation
    private let hash: NameHash
    private let changesMax: Int

    /// The last position decided.
    private(set) var head: Position

    /// Facts must reach up to this frame at least.
    var floor: UInt64 { previous.after }

    /// Begins behind a frame whose events are all in the index.
    init(after mark: Watermark.Mark, hash: NameHash, changesMax: Int) {
        let empty = Generation(
            after: mark.frame, index: EventIndex(hash: hash), ids: OverlayIDs(after: mark.position))
        current = empty
        previous = empty
        head = mark.position
        self.hash = hash
        self.changesMax = changesMax
    }

    /// Makes room for some events: where the newer half is full, the older one is forgotten.
    /// - Parameters:
    ///   - frame: up to which the index has everything.
    ///   - last: the last frame decided.
    /// - Returns: false where the index does not have yet what would be lost.
    mutating func makeRoom(for events: Int, indexed frame: UInt64, last: UInt64) -> Bool {
        if current.changes == 0 || current.changes + events <= changesMax { return true }
        guard frame >= current.after else { return false }
        previous = current
        current = Generation(
            after: last, index: EventIndex(hash: hash, asLargeAs: previous.index),
            ids: OverlayIDs(after: head, asLargeAs: previous.ids))
        return true
    }

    // MARK: Asking

    // The lists looked through here are as short as the overlay is, and only the part behind the facts counts.

    /// What is known of the streams of an append: here, and by its facts where nothing is.
    func streams(of encoded: EncodedAppend, after facts: Facts) -> [StreamFacts] {
        var known = facts.streams
        // The newer one last: what it knows counts.
        previous.index.tell(of: encoded.streams, &known)
        current.index.tell(of: encoded.streams, &known)
        return known
    }

    /// From so many events on their slots are looked at beforehand.
    private static let lookedAtFirstMin = 8

    /// By event of an append, whether it may stand in the overlay; empty: of few nothing is said.
    func mayStand(_ encoded: EncodedAppend) -> [Bool] {
        if encoded.eventCount < Self.lookedAtFirstMin { return [] }
        let events = (0..<encoded.eventCount).map { event in
            (id: encoded.id(of: event), stream: encoded.streams[encoded.stream(of: event)].hash)
        }
        var mayStand = [Bool](repeating: false, count: events.count)
        previous.ids.look(for: events, &mayStand)
        current.ids.look(for: events, &mayStand)
        return mayStand
    }

    /// Where an event stands, the last such place among those in the overlay.
    func find(_ id: EventID, stream hash: UInt64) -> RecordedPlace? {
        current.ids.find(id, stream: hash) ?? previous.ids.find(id, stream: hash)
    }

    /// Whether an event stands at a revision of a stream, among those in the overlay: its place, if so.
    func find(
        _ id: EventID, _ stream: EncodedAppend.Stream, revision: Revision
    ) -> RecordedPlace? {
        for generation in [current, previous] {
            let found = generation.index.positions(
                stream: stream.bytes.rawSpan, revisions: revision..<revision + 1)
            if let position = found.positions.first {
                return generation.ids.find(id, stream: stream.hash, at: position)
            }
        }
        return nil
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
        current.marks[Spelling(consumer)] ?? previous.marks[Spelling(consumer)]
    }

    /// The outer nil: the overlay knows nothing of the key.
    func record(_ key: RecordKey) -> UInt64?? {
        current.records[key] ?? previous.records[key]
    }

    // MARK: Folding

    /// Says what is known of the streams of an append before its events are taken in.
    /// - Returns: by event, the number of its stream here; where all are of one, that alone.
    mutating func begin(_ encoded: EncodedAppend, with known: [StreamFacts]) -> [Int32] {
        var numbers = [Int32](repeating: -1, count: encoded.streams.count)
        // One that is only named stays as it is. Kept, such streams would pile up without an event that counts.
        for (index, stream) in encoded.streams.enumerated() where stream.isChanged {
            let number = current.index.begin(
                stream.bytes.rawSpan, hash: stream.hash, with: known[index])
            numbers[index] = Int32(number)
        }
        if encoded.isOfOneStream { return numbers.count == 1 ? numbers : [numbers[0]] }
        return (0..<encoded.eventCount).map { numbers[encoded.stream(of: $0)] }
    }

    /// Streams it holds something of.
    var streamCount: Int { current.index.streams.count + previous.index.streams.count }

    /// Takes in the frame of an append.
    /// - Parameters:
    ///   - block: what its offset is of.
    ///   - numbers: what `begin` said.
    mutating func add(
        _ frame: FrameRef, of encoded: EncodedAppend, in block: borrowing RawSpan,
        streams numbers: [Int32]
    ) {
        current.index.add(frame, in: block, streams: numbers)
        current.changes += encoded.eventCount
        // By themselves: each goes to another place in memory, and the processor fetches some at once.
        var event = 0
        frame.forEachEvent(in: block) { view in
            add(
                view.id, stream: encoded.streams[encoded.stream(of: event)].hash,
                revision: view.revision)
            event += 1
        }
    }

    private mutating func add(_ id: EventID, stream hash: UInt64, revision: Revision) {
        current.ids.add(id, stream: hash, revision: revision)
        head += 1
    }

    mutating func set(_ mark: TrackingMark) {
        current.marks[Spelling(mark.consumer)] = TrackingToken(token: mark.to, note: mark.note)
        current.changes += 1
    }

    mutating func set(_ key: RecordKey, sequence: UInt64?) {
        current.records[key] = .some(sequence)
        current.changes += 1
    }
}

/// Owner and key of a system record.
struct RecordKey: Hashable, Sendable {
    let owner: Spelling
    let key: Spelling

    init(_ owner: String, _ key: String) {
        self.owner = Spelling(owner)
        self.key = Spelling(key)
    }
}
