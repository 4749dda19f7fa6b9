internal import Daybook

/// Walks the events that match one item of a query: those in all of some lists and in any of others.
///
/// Leapfrogs: each list is sought from where the one before it stands. Two rounds at the most pass each
/// position of the shortest list.
struct ItemWalk<Cursor: PostingCursor> {
    private var all: [Cursor]
    private var any: [Cursor]
    /// Nothing matches before this place; see `PostingCursor`.
    private(set) var place: Int
    /// Whether this place does.
    private(set) var isMatch = false

    /// Nil where nothing can match: a term that no event has.
    ///
    /// - Parameters:
    ///   - all: nil for a term that no event has.
    ///   - any: nil where the item names no type.
    init?(all: [Cursor?], any: [Cursor]?, from first: Int) {
        let required = all.compactMap(\.self)
        guard required.count == all.count else { return nil }
        self.all = required
        self.any = any ?? []
        place = first
        if self.any.isEmpty && (all.isEmpty || any != nil) { return nil }
    }

    /// The work of one round.
    var steps: Int { all.count + any.count }

    /// Goes one round through the lists; false where nothing matches any more.
    mutating func step() throws(Cursor.Failure) -> Bool {
        let start = place
        for index in all.indices {
            guard let next = try all[index].next(atOrBeyond: place) else { return false }
            place = next
        }
        if !any.isEmpty {
            var nearest: Int?
            for index in any.indices {
                if let next = try any[index].next(atOrBeyond: place), next < nearest ?? .max {
                    nearest = next
                }
            }
            guard let nearest else { return false }
            place = nearest
        }
        // A round in which no list moved on: every list has it. A list alone needs no second round.
        isMatch = place == start || all.isEmpty || steps == 1
        return true
    }

    /// Goes on behind the place where it stands.
    mutating func passOver() {
        place += 1
        isMatch = false
    }
}
