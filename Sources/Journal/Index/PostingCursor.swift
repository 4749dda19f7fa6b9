internal import Daybook

/// Goes through one list of positions in one direction, never back.
///
/// It speaks of places: positions, but negated where it goes backwards, so that further on is always greater. It
/// is all that a walk knows of the lists, wherever they lie.
struct PostingCursor {
    private let list: PostingList
    private let isBackwards: Bool
    private var at: Int

    init(_ list: PostingList, backwards: Bool) {
        self.list = list
        isBackwards = backwards
        at = backwards ? list.count - 1 : 0
    }

    /// The first place of the list at or beyond another, nil where there is none.
    mutating func next(atOrBeyond place: Int) -> Int? {
        if isBackwards {
            at = list.lastIndex(atOrBefore: Position(-place), from: at)
            return at >= 0 ? -Int(list[at]) : nil
        }
        at = list.firstIndex(atOrAfter: Position(place), from: at)
        return at < list.count ? Int(list[at]) : nil
    }
}
