internal import DaybookBytes

/// Finds the number of a stream among those of an append, by the hash of its name: by its bytes, for two spellings of
/// the same characters are two streams.
struct StreamNumbers {
    /// Open addressing: in each the number of a stream, from 1; 0 where there is none. Empty as long as there are few.
    private var slots: [Int32] = []

    /// So many streams are compared one by one.
    private static let withoutTableMax = 8

    /// The number of a stream; nil where it has none.
    func find(
        _ name: borrowing RawSpan, _ hash: UInt64, in streams: [EncodedAppend.Stream]
    ) -> Int? {
        let streams = streams.span
        if slots.isEmpty {
            for number in streams.indices
            where streams[number].hash == hash && streams[number].bytes.rawSpan.isEqual(to: name) {
                return number
            }
            return nil
        }
        var slot = slot(hash)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if streams[number].hash == hash && streams[number].bytes.rawSpan.isEqual(to: name) {
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Takes in the last of some streams.
    mutating func addLast(of streams: [EncodedAppend.Stream]) {
        if streams.count <= Self.withoutTableMax { return }
        if streams.count * 2 <= slots.count { return place(streams.count, streams) }
        slots = Array(repeating: 0, count: max(64, slots.count * 4))
        for number in 1...streams.count { place(number, streams) }
    }

    private mutating func place(_ number: Int, _ streams: [EncodedAppend.Stream]) {
        var slot = slot(streams[number - 1].hash)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number)
    }

    private func slot(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (slots.count - 1)
    }
}
