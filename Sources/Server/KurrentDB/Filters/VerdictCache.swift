internal import DaybookBytes

/// Keeps what filters found of names, as the same few come again and again. One for all filters of a loop.
package final class VerdictCache {
    /// Names that are kept at the most, a power of two: with names of 1 KiB 4 MiB.
    package static let namesMax = 4_096

    private struct Entry {
        /// Which filter said so.
        var filter: UInt32
        var verdict: Bool
        var name: [UInt8]
    }

    /// Each name has one place for each filter, which the last one of those that share it holds.
    private var entries: [Entry?] = []
    private var filters: UInt32 = 0

    package init() {}

    /// Names that are kept.
    package var count: Int { entries.count { $0 != nil } }

    /// A number for a filter, which no other gets as long as its verdicts may be kept.
    package func newFilter() -> UInt32 {
        filters &+= 1
        // All that was kept is of no use to those that begin with the first number again.
        if filters == 0 { entries = [] }
        return filters
    }

    package func verdict(of name: RawSpan, by filter: UInt32) -> Bool? {
        guard !entries.isEmpty, let entry = entries[place(of: name, filter)],
            entry.filter == filter, name.isEqual(to: entry.name.rawSpan)
        else { return nil }
        return entry.verdict
    }

    package func keep(_ verdict: Bool, of name: RawSpan, by filter: UInt32) {
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.namesMax) }
        entries[place(of: name, filter)] = Entry(
            filter: filter, verdict: verdict, name: name.copied())
    }

    private func place(of name: RawSpan, _ filter: UInt32) -> Int {
        Int(CRC32C.checksum(of: name) &+ filter &* 0x9E37_79B9) & (Self.namesMax - 1)
    }
}
