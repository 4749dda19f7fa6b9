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

extension IndexRequest {
    /// The term of the index that has all it asks for; nil where it takes more than one.
    var soleTerm: (kind: UInt8, name: [UInt8])? {
        guard query.items.count == 1 else { return nil }
        let item = query.items[0]
        let names = (item.stream == nil ? 0 : 1) + (item.category == nil ? 0 : 1)
        let texts = item.correlation == nil ? 0 : 1
        guard item.types.count + item.tags.count + names + texts == 1 else { return nil }
        if let stream = item.stream { return (TermKind.stream.rawValue, Array(stream.utf8)) }
        // Those of the system's streams have a term of their own.
        if includesSystemStreams { return nil }
        if let tag = item.tags.first { return (TermKind.tag.rawValue, Array(tag.utf8)) }
        if let type = item.types.first { return (TermKind.type.rawValue, Array(type.utf8)) }
        if let name = item.category { return (TermKind.category.rawValue, Array(name.utf8)) }
        if let text = item.correlation {
            return (TermKind.correlation.rawValue, Array(text.utf8))
        }
        return nil
    }
}

/// Some positions that match, in the order asked for, and how far was looked.
package struct IndexChunk: Hashable, Sendable {
    /// None where it paused before it came to one.
    package var positions: [Position] = []
    /// Looked at up to and including this position (down to it, backwards): nothing else matches until there. The
    /// other end of the bounds where all was looked at; always at least one position of them.
    package var lookedAt: Position
}

extension Set<String> {
    /// By their bytes, so that the same query asks a disk for the same on every run.
    var inOrder: [String] { count < 2 ? Array(self) : sorted() }
}
