internal import Daybook

/// The ids of some events one behind the other, by stream: 32 bytes an event and 16 to 32 for a table.
///
/// The table has each id of a stream once, where it stands last: however often one is used again, adding and finding
/// stay as fast.
struct OverlayIDs {
    private struct Entry {
        var id: EventID
        /// The keyed 64-bit hash of the stream's name. The id has 128 bits of its own.
        var stream: UInt64
        var revision: Revision
    }

    private let first: Position
    private var entries: [Entry] = []
    /// In each the number of an entry, from 1, and the upper 32 bits of its hash, so that other entries need not be looked
    /// at; 0 where there is none.
    private var slots: [UInt64] = []
    private var slotsTaken = 0

    /// - Parameters:
    ///   - position: behind which the first event stands.
    ///   - other: what has about as many events, so that the table need not grow to its size again.
    init(after position: Position, asLargeAs other: OverlayIDs? = nil) {
        first = position + 1
        guard let other else { return }
        entries.reserveCapacity(other.entries.count)
        slots = Array(repeating: 0, count: other.slots.count)
    }

    /// Takes in the next event.
    mutating func add(_ id: EventID, stream: UInt64, revision: Revision) {
        if (slotsTaken + 1) * 2 > slots.count { grow() }
        entries.append(Entry(id: id, stream: stream, revision: revision))
        place(entries.count)
    }

    /// Marks of many events those that may stand here.
    ///
    /// Nothing depends on what is in their slots, so the processor waits for memory for many of them at once.
    func look(for events: [(id: EventID, stream: UInt64)], _ mayStand: inout [Bool]) {
        if slots.isEmpty { return }
        let mask = slots.count - 1
        for number in events.indices {
            let hash = Self.hash(events[number].id, events[number].stream)
            let isTaken = slots[Int(truncatingIfNeeded: hash) & mask] != 0
            mayStand[number] = mayStand[number] || isTaken
        }
    }

    /// Where an event stands, the last such place.
    func find(_ id: EventID, stream: UInt64) -> RecordedPlace? {
        if slots.isEmpty { return nil }
        let number = Self.number(in: slots[slot(of: id, stream).slot])
        return number == 0 ? nil : place(of: number)
    }

    /// Whether an event stands at a position: its place, if so.
    func find(_ id: EventID, stream: UInt64, at position: Position) -> RecordedPlace? {
        guard position >= first, position - first < Position(entries.count) else { return nil }
        let number = Int(position - first) + 1
        let entry = entries[number - 1]
        return entry.id == id && entry.stream == stream ? place(of: number) : nil
    }

    private func place(of number: Int) -> RecordedPlace {
        RecordedPlace(
            position: first + Position(number - 1), revision: entries[number - 1].revision)
    }

    private static let numberMask: UInt64 = 1 << 32 - 1
    private static func number(in slot: UInt64) -> Int { Int(slot & numberMask) }

    /// The slot of an id of a stream, or the free one in which it belongs, and what of its hash stands there.
    private func slot(of id: EventID, _ stream: UInt64) -> (slot: Int, hash: UInt64) {
        let mask = slots.count - 1
        let hash = Self.hash(id, stream)
        let upper = hash & ~Self.numberMask
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] & ~Self.numberMask == upper {
                let entry = entries[Self.number(in: slots[slot]) - 1]
                if entry.id == id && entry.stream == stream { break }
            }
            slot = (slot + 1) & mask
        }
        return (slot, upper)
    }

    /// Nobody outside knows the hash of the stream: ids that share a slot cannot be picked.
    private static func hash(_ id: EventID, _ stream: UInt64) -> UInt64 {
        KeyedHash.mix(id.high ^ stream, id.low ^ 0xE703_7ED1_A0B4_28DB)
    }

    private mutating func place(_ number: Int) {
        let entry = entries[number - 1]
        let (slot, hash) = slot(of: entry.id, entry.stream)
        if slots[slot] == 0 { slotsTaken += 1 }
        slots[slot] = hash | UInt64(number)
    }

    private mutating func grow() {
        let before = slots
        slots = Array(repeating: 0, count: max(1024, before.count * 2))
        slotsTaken = 0
        for slot in before where slot != 0 { place(Self.number(in: slot)) }
    }
}
