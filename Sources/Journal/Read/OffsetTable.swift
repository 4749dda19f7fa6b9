/// Where the events of a segment begin, in memory.
///
/// While the segment grows, 4 bytes an event. Packed, a little more than 2: of 16 events the offset of the first, and
/// how far behind it the others begin. Where events are so large that this has no room in two bytes, there are few.
struct OffsetTable {
    private var offsets: [UInt32] = []
    /// Packed: of each block of events where its first begins, and of each event how far behind that.
    private var bases: [UInt32] = []
    private var distances: [UInt16] = []

    private static let blockEvents = 16

    init() {}

    /// Packed, if they can be.
    /// - Parameter offsets: ascending.
    init(packing offsets: [UInt32]) {
        bases.reserveCapacity((offsets.count + Self.blockEvents - 1) / Self.blockEvents)
        distances.reserveCapacity(offsets.count)
        for (index, offset) in offsets.enumerated() {
            if index % Self.blockEvents == 0 { bases.append(offset) }
            guard let distance = UInt16(exactly: offset - bases[bases.count - 1]) else {
                self = OffsetTable()
                self.offsets = offsets
                return
            }
            distances.append(distance)
        }
    }

    var count: Int { offsets.count + distances.count }
    var isEmpty: Bool { count == 0 }

    /// Bytes of memory that what it holds takes. Not what was allocated for it: an allocator gives a little more now and
    /// then, and what fits into the room there is would differ from run to run.
    var memoryBytes: Int { offsets.count * 4 + bases.count * 4 + distances.count * 2 }

    /// All of them, in order.
    var all: [UInt32] { self[0..<count] }

    subscript(index: Int) -> UInt32 {
        distances.isEmpty
            ? offsets[index] : bases[index / Self.blockEvents] + UInt32(distances[index])
    }

    subscript(range: Range<Int>) -> [UInt32] {
        // A copy: a slice would make the next event of the writer copy the whole table.
        if distances.isEmpty { return Array(offsets[range]) }
        return range.map { self[$0] }
    }

    /// The next one, of a table that is not packed.
    mutating func append(_ offset: UInt32) {
        precondition(distances.isEmpty, "a segment that grows has its offsets unpacked")
        offsets.append(offset)
    }
}
