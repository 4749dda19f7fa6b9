/// Where the events of a sealed segment begin, all of them, in memory: it does not change any more.
final class SettledStarts: Sendable {
    private let starts: OffsetTable

    init(_ starts: OffsetTable) { self.starts = starts }

    /// From where an event begins to where the next one does, by index in the segment; nil for the last one, and behind
    /// it.
    func extent(of index: Int) -> Range<Int>? {
        index + 1 < starts.count ? Int(starts[index])..<Int(starts[index + 1]) : nil
    }
}
