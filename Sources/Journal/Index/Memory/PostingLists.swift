internal import Daybook

/// The positions of the events that have things in common, by the number of the thing.
///
/// 4 bytes where there is one position alone, as most names have in a stretch of the journal; else a list of 16, and
/// its values.
struct PostingLists {
    /// By number: the place of the only position, from 1; 0 where there is none; with the upper bit set, the place of
    /// its list.
    private var heads: [UInt32] = []
    private var lists: [PostingList] = []
    /// Places are counted from here: the first position there is.
    private var first: Position = 0
    /// Bytes of the values of all lists, with what an array takes beside.
    private var valueBytes = 0
    private static let arrayBytes = 32

    private static let isList: UInt32 = 1 << 31

    /// - Parameter other: as many numbers as it has will probably come: there is room for them at once.
    init(asLargeAs other: PostingLists? = nil) {
        heads.reserveRoom(for: other?.heads.count)
        lists.reserveRoom(for: other?.lists.count)
    }

    var count: Int { heads.count }

    /// Bytes of memory they hold, about.
    var memoryBytes: Int {
        heads.capacity * 4 + lists.capacity * MemoryLayout<PostingList>.stride + valueBytes
    }

    /// Gives the next number, without positions.
    mutating func appendEmpty() { heads.append(0) }

    /// The positions of a number.
    subscript(number: Int) -> PostingList {
        let head = heads[number]
        if head & Self.isList != 0 { return lists[Int(head & ~Self.isList)] }
        return head == 0 ? PostingList() : PostingList(first + Position(head) - 1)
    }

    /// How many positions a number has.
    func count(_ number: Int) -> Int {
        let head = heads[number]
        if head & Self.isList != 0 { return lists[Int(head & ~Self.isList)].count }
        return head == 0 ? 0 : 1
    }

    /// The next position of a number. None comes before those of other numbers that were appended earlier.
    mutating func append(_ position: Position, to number: Int) {
        let head = heads[number]
        if head & Self.isList != 0 {
            valueBytes += lists[Int(head & ~Self.isList)].append(position)
        } else if head == 0 {
            if first == 0 { first = position }
            let place = position - first + 1
            precondition(
                place < Position(Self.isList), "a part of the index spans fewer than 2³¹ positions")
            heads[number] = UInt32(place)
        } else {
            var list = self[number]
            valueBytes += Self.arrayBytes + list.append(position)
            heads[number] = UInt32(lists.count) | Self.isList
            lists.append(list)
        }
    }
}

extension Array {
    /// Makes room for as many elements as something similar had, and a few more.
    mutating func reserveRoom(for count: Int?) {
        if let count, count > 0 { reserveCapacity(count + count / 8) }
    }
}
