/// How many events have each term of a query: what it takes at the most to find those that have all terms of an
/// item.
///
/// A count for each term, and not their least, so that those of two stretches of the journal add up to those of
/// both together.
struct Candidates: Hashable, Sendable {
    /// Of which terms of an item.
    enum Counting {
        /// Of each: it takes as many look-ups.
        case everyTerm
        /// Of one: the candidates are no more than that, and for a tag that few events have it says enough.
        case firstTerm
    }

    /// By item; nothing for one of a single term, whose events are found at once. The types of an item are one term.
    private var counts: [[Int]]

    init(_ counts: [[Int]] = []) { self.counts = counts }

    /// The events to be looked through: of each item, those that have its rarest term.
    var total: Int { counts.reduce(0) { $0 + ($1.min() ?? 0) } }

    /// Whether no event can match: each item has a term that no event has.
    var isNone: Bool { !counts.isEmpty && counts.allSatisfy { $0.min() == 0 } }

    /// Of two stretches, counted for the same query.
    static func + (one: Candidates, other: Candidates) -> Candidates {
        Candidates(zip(one.counts, other.counts).map { zip($0, $1).map(+) })
    }
}
