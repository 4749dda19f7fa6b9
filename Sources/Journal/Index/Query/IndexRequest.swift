package import Daybook

/// Which positions to look up in an index.
package struct IndexRequest: Hashable, Sendable {
    /// Not `.all`.
    package var query: Query
    package var includesSystemStreams: Bool
    /// Both ends included.
    package var bounds: ClosedRange<Position>
    package var backwards: Bool
    /// Positions after which it pauses: at least one.
    package var limit: Int
    /// Steps from list to list after which it pauses: as many as it takes, unless set.
    var stepsMax = Int.max

    package init(
        _ query: Query, in bounds: ClosedRange<Position>, backwards: Bool = false, limit: Int,
        includesSystemStreams: Bool = false
    ) {
        self.query = query
        self.bounds = bounds
        self.backwards = backwards
        self.limit = limit
        self.includesSystemStreams = includesSystemStreams
    }
}

extension IndexRequest {
    /// Where a walk begins; see `PostingCursor`.
    var firstPlace: Int { backwards ? -Int(bounds.upperBound) : Int(bounds.lowerBound) }

    /// The items to walk: each of the query, for ordinary events and, where asked for, for those of the system.
    var itemsToWalk: [(item: Query.Item, ofSystem: Bool)] {
        (includesSystemStreams ? [false, true] : [false]).flatMap { ofSystem in
            query.items.compactMap { item in
                // A stream asked for by name is found once, whether or not the system's are asked for.
                if item.stream != nil { return ofSystem ? nil : (item, item.isOfSystem) }
                return (item, ofSystem)
            }
        }
    }
}

/// Some positions that match, in the order asked for, and how far was looked.
struct IndexChunk: Hashable, Sendable {
    /// None where it paused before it came to one.
    var positions: [Position] = []
    /// Looked at up to and including this position (down to it, backwards): nothing else matches until there. The
    /// other end of the bounds where all was looked at; always at least one position of them.
    var lookedAt: Position
}
