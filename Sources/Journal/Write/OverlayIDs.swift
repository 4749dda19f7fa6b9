internal import Daybook

/// The ids of some events one behind the other, by stream: 32 bytes an event and 8 to 16 for a table.
struct OverlayIDs {
    private struct Entry {
        var id: EventID
        /// The keyed 64-bit hash of the stream's name. The id has 128 bits of its own.
        var stream: UInt64
        var revision: Revision
    }

    private let first: Position
    private var entries: [Entry] = []
    private var slots: [UInt32] = []

    /// - Parameter position: behind which the first event stands.
    init(after position: Position) { first = position + 1 }

    /// Takes in the next event.
    mutating func add(_ id: EventID, stream: UInt64, revision: Revision) {
        if (entries.count + 1) * 2 > slots.count { grow() }
        entries.append(Entry(id: id, stream: stream, revision: revision))
        place(entries.count)
    }

    /// Where an event stands, the last such place.
    /// - Parameter revision: nil for any; the same id may stand at another one as well.
    func find(_ id: EventID, stream: UInt64, revision: Revision? = nil) -> RecordedPlace? {
        if slots.isEmpty { return nil }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: IDHash.hash(id, stream: stream)) & mask
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

    private mutating func place(_ number: Int) {
        let entry = entries[number - 1]
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: IDHash.hash(entry.id, stream: entry.stream)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(number)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: max(1024, slots.count * 2))
        for number in 0..<entries.count { place(number + 1) }
    }
}
