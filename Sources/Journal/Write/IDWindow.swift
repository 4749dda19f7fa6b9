internal import Daybook

/// The ids of the last events, by stream: how an append without another rule is recognised.
///
/// Two generations of up to `capacity` events, so that nothing is ever taken out one by one: what has left the
/// window is passed over when it is found. 32 bytes an event and 8 a slot of the table.
struct IDWindow {
    fileprivate struct Entry {
        var id: EventID
        /// The keyed 64-bit hash of the stream's name. The id has 128 bits of its own.
        var stream: UInt64
        var revision: Revision
    }

    fileprivate struct Generation {
        var first: Position
        var entries: [Entry] = []
        var slots: [UInt32] = []

        init(first: Position) { self.first = first }
    }

    let capacity: Int
    private var current: Generation
    private var previous: Generation?
    private(set) var last: Position

    /// A window that begins behind `position`.
    init(capacity: Int, after position: Position = 0) {
        precondition(capacity > 0 && capacity < 1 << 30, "a window counts its slots in 32 bits")
        self.capacity = capacity
        last = position
        current = Generation(first: position + 1)
    }

    /// Begins anew behind a position.
    mutating func begin(after position: Position) {
        self = IDWindow(capacity: capacity, after: position)
    }

    /// Takes in the next event.
    mutating func add(_ id: EventID, stream: UInt64, revision: Revision) {
        if current.entries.count == capacity {
            previous = current
            current = Generation(first: last + 1)
        }
        last += 1
        current.insert(Entry(id: id, stream: stream, revision: revision))
    }

    /// Where an event stands among the last `capacity`: the last such place.
    func find(_ id: EventID, stream: UInt64) -> RecordedPlace? {
        guard let place = current.find(id, stream) ?? previous?.find(id, stream) else { return nil }
        return place.position + Position(capacity) > last ? place : nil
    }

    /// Whether an event stands at a revision: the same id may stand at a later one as well. Of those before the
    /// last `capacity` some may be found.
    func find(_ id: EventID, stream: UInt64, revision: Revision) -> RecordedPlace? {
        current.find(id, stream, revision) ?? previous?.find(id, stream, revision)
    }

    /// Positions at or before this one lie outside.
    var floor: Position { last > Position(capacity) ? last - Position(capacity) : 0 }
}

extension IDWindow.Generation {
    fileprivate static func hash(_ id: EventID, _ stream: UInt64) -> UInt64 {
        KeyedHash.mix(id.high ^ 0x9E37_79B9_7F4A_7C15, id.low ^ stream)
    }

    fileprivate mutating func insert(_ entry: IDWindow.Entry) {
        if (entries.count + 1) * 2 > slots.count { grow() }
        entries.append(entry)
        place(entries.count)
    }

    private mutating func place(_ number: Int) {
        let entry = entries[number - 1]
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: Self.hash(entry.id, entry.stream)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(number)
    }

    private mutating func grow() {
        // Placing all of them again costs a miss of the cache each: beyond some thousands less often.
        slots = Array(repeating: 0, count: max(1024, slots.count * (slots.count < 1 << 16 ? 2 : 8)))
        for number in 0..<entries.count { place(number + 1) }
    }

    /// - Parameter revision: nil for the last.
    fileprivate func find(
        _ id: EventID, _ stream: UInt64, _ revision: Revision? = nil
    ) -> RecordedPlace? {
        if slots.isEmpty { return nil }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: Self.hash(id, stream)) & mask
        var found: Int?
        while slots[slot] != 0 {
            let number = Int(slots[slot])
            let entry = entries[number - 1]
            if entry.id == id && entry.stream == stream
                && entry.revision == revision ?? entry.revision
            {
                found = max(found ?? 0, number)
            }
            slot = (slot + 1) & mask
        }
        return found.map {
            RecordedPlace(
                position: first + Position($0 - 1), revision: entries[$0 - 1].revision)
        }
    }
}
