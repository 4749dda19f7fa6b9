internal import Daybook

/// What some events did to streams, by the number of the stream, and where these events stand.
///
/// 20 bytes a stream with one event: most have no more in a stretch of the journal.
struct StreamTable {
    private struct Entry {
        /// Of the delta.
        var base: Revision
        /// The term of its category; −1 where it has none.
        var category: Int32
        var flags: StreamDelta.Flags = []
        var isSystem: Bool
        /// An event taken in was its own or about it; of others only what was known before is kept.
        var isChanged = false
    }

    /// Where a stream was cut off or reopened: few ever are.
    private struct Cuts {
        var first: Revision?
        var reopened: Revision?
    }

    private var entries: [Entry] = []
    private var cuts: [Int: Cuts] = [:]
    private var lists: PostingLists

    /// - Parameter other: as many streams as it has will probably come: there is room for them at once.
    init(asLargeAs other: StreamTable? = nil) {
        lists = PostingLists(asLargeAs: other?.lists)
        entries.reserveRoom(for: other?.entries.count)
    }

    var count: Int { entries.count }

    /// Bytes of memory it holds, about.
    var memoryBytes: Int {
        entries.capacity * MemoryLayout<Entry>.stride + lists.memoryBytes
            + cuts.capacity * MemoryLayout<(Int, Cuts)>.stride
    }

    // MARK: Asking

    func category(_ number: Int) -> Int? {
        entries[number].category < 0 ? nil : Int(entries[number].category)
    }
    func isSystem(_ number: Int) -> Bool { entries[number].isSystem }
    func isChanged(_ number: Int) -> Bool { entries[number].isChanged }

    /// Whether its first event was taken in.
    func isNew(_ number: Int) -> Bool { entries[number].base == 0 && lists.count(number) > 0 }

    /// The positions of its events that were taken in.
    func positions(_ number: Int) -> PostingList { lists[number] }

    /// What the events taken in did to it, with what was known before where somebody said.
    func delta(_ number: Int) -> StreamDelta {
        let entry = entries[number]
        let isCut = !entry.flags.isDisjoint(with: [.first, .reopened])
        let cuts = isCut ? cuts[number] : nil
        return StreamDelta(
            base: entry.base, count: lists.count(number), entry.flags, first: cuts?.first,
            reopened: cuts?.reopened)
    }

    func facts(_ number: Int) -> StreamFacts { StreamFacts().after(delta(number)) }

    // MARK: Folding

    /// Gives the next number to a stream of which nothing is known.
    mutating func add(category: Int?, isSystem: Bool) {
        entries.append(Entry(base: 0, category: Int32(category ?? -1), isSystem: isSystem))
        lists.appendEmpty()
    }

    /// Takes in the next event of a stream.
    mutating func take(_ revision: Revision, at position: Position, of number: Int) {
        change(number) { $0.take(revision) }
        lists.append(position, to: number)
    }

    /// Takes in what was said about a stream.
    mutating func change(_ number: Int, _ body: (inout StreamDelta) -> Void) {
        var delta = delta(number)
        body(&delta)
        set(delta, of: number)
        entries[number].isChanged = true
    }

    /// Takes in what was known of a stream before; the first word stands.
    mutating func learn(_ known: StreamFacts, of number: Int) {
        let delta = delta(number)
        if !delta.isComplete { set(delta.completed(after: known), of: number) }
    }

    private mutating func set(_ delta: StreamDelta, of number: Int) {
        entries[number].base = delta.base
        entries[number].flags = delta.flags
        if delta.first != nil || delta.reopened != nil {
            cuts[number] = Cuts(first: delta.first, reopened: delta.reopened)
        }
    }
}
