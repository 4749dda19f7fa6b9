internal import Daybook
internal import DaybookPlatform

/// Goes through one list of positions in one direction, never back.
///
/// It speaks of places: positions, but negated where it goes backwards, so that further on is always greater. It
/// is all that a walk knows of the lists, wherever they lie.
protocol PostingCursor {
    /// Why the list may not be read.
    associatedtype Failure: Error

    /// The first place of the list at or beyond another, nil where there is none.
    mutating func next(atOrBeyond place: Int) throws(Failure) -> Int?
}

/// Goes through a list in memory.
struct MemoryCursor: PostingCursor {
    private let list: PostingList
    private let isBackwards: Bool
    private var at: Int

    init(_ list: PostingList, backwards: Bool) {
        self.list = list
        isBackwards = backwards
        at = backwards ? list.count - 1 : 0
    }

    mutating func next(atOrBeyond place: Int) throws(Never) -> Int? {
        if isBackwards {
            at = list.lastIndex(atOrBefore: Position(-place), from: at)
            return at >= 0 ? -Int(list[at]) : nil
        }
        at = list.firstIndex(atOrAfter: Position(place), from: at)
        return at < list.count ? Int(list[at]) : nil
    }
}

/// Goes through a list of a run.
struct RunCursor: PostingCursor {
    private var postings: RunPostings
    private let isBackwards: Bool
    private let mode: ReadMode

    init(_ postings: RunPostings, backwards: Bool, _ mode: ReadMode) {
        self.postings = postings
        isBackwards = backwards
        self.mode = mode
    }

    mutating func next(atOrBeyond place: Int) throws(RunFailure) -> Int? {
        if isBackwards {
            return try postings.last(atOrBefore: Position(-place), mode).map { -Int($0.position) }
        }
        return try postings.first(atOrAfter: Position(place), mode).map { Int($0.position) }
    }
}
