internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension Run {
    /// The positions of revisions of a stream, as far as there are any, with the first one's revision.
    func positions(
        stream: borrowing RawSpan, revisions: Range<Revision>, _ mode: ReadMode
    ) throws(RunFailure) -> (first: Revision, positions: [Position]) {
        guard let found = try find(TermKind.stream.rawValue, stream, mode),
            let delta = found.term.delta
        else { return (0, []) }
        let low = max(revisions.lowerBound, delta.base)
        let high = min(revisions.upperBound, delta.next)
        guard low < high else { return (low, []) }
        var postings = try RunPostings.of(found, in: self)
        var positions: [Position] = []
        let wanted = Int(high - low)
        while positions.count < wanted {
            let next = try postings.positions(
                from: Int(low - delta.base) + positions.count, mode)
            positions += next.prefix(wanted - positions.count)
        }
        return (low, positions)
    }

    /// The positions that match a request, of those it has.
    func chunk(_ request: IndexRequest, _ mode: ReadMode) throws(RunFailure) -> IndexChunk {
        var items: [ItemWalk<RunCursor>] = []
        for (item, ofSystem) in request.itemsToWalk {
            let lists = try lists(of: item, ofSystem: ofSystem, mode)
            let walk = ItemWalk(
                all: lists.all.map { $0.map { RunCursor($0, backwards: request.backwards, mode) } },
                any: lists.any?.map { RunCursor($0, backwards: request.backwards, mode) },
                from: request.firstPlace)
            if let walk { items.append(walk) }
        }
        return try QueryWalk(request, items).chunk()
    }

    /// How many events behind a position have the terms of a query.
    func candidates(
        _ query: Query, after: Position, _ counting: Candidates.Counting, _ mode: ReadMode
    ) throws(RunFailure) -> Candidates {
        var counts: [[Int]] = []
        for item in query.items {
            if counting == .firstTerm {
                var count = 0
                if let (kind, name) = item.firstOfSeveral,
                    var list = try list(kind, name, item.isOfSystem, mode)
                {
                    count = try list.count(after: after, mode)
                }
                counts.append(item.firstOfSeveral == nil ? [] : [count])
                continue
            }
            var lists = try lists(
                of: item, ofSystem: item.isOfSystem, isCounting: true, mode)
            guard lists.all.count + (lists.any == nil ? 0 : 1) > 1 else {
                counts.append([])
                continue
            }
            var mine: [Int] = []
            for index in lists.all.indices {
                mine.append(try lists.all[index]?.count(after: after, mode) ?? 0)
            }
            if lists.any != nil {
                var sum = 0
                for index in lists.any!.indices {
                    sum += try lists.any![index].count(after: after, mode)
                }
                mine.append(sum)
            }
            counts.append(mine)
        }
        return Candidates(counts)
    }

    /// The events of the system's streams, nil where there are none.
    func systemEvents(_ mode: ReadMode) throws(RunFailure) -> RunPostings? {
        guard let found = try find(TermKind.system.rawValue, RawSpan(), mode) else { return nil }
        return try RunPostings.of(found, in: self)
    }

    /// The lists of an item of a query, as those of an `EventIndex`.
    private func lists(
        of item: Query.Item, ofSystem: Bool, isCounting: Bool = false, _ mode: ReadMode
    ) throws(RunFailure) -> (all: [RunPostings?], any: [RunPostings]?) {
        var all: [RunPostings?] = []
        var any: [RunPostings]?
        for tag in item.tags.inOrder { all.append(try list(.tag, tag, ofSystem, mode)) }
        if let category = item.category {
            all.append(try list(.category, category, ofSystem, mode))
        }
        if let text = item.correlation {
            all.append(try list(.correlation, text, ofSystem, mode))
        }
        if let stream = item.stream { all.append(try list(.stream, stream, ofSystem, mode)) }
        // Nothing is fetched in vain where the item cannot match here. What is counted is counted all the same: counts
        // of stretches add up.
        if !isCounting && all.contains(where: { $0 == nil }) {
            return (all, item.types.isEmpty ? nil : [])
        }
        if !item.types.isEmpty {
            var lists: [RunPostings] = []
            for type in item.types.inOrder {
                if let list = try list(.type, type, ofSystem, mode) { lists.append(list) }
            }
            any = lists
        }
        return (all, any)
    }

    private func list(
        _ kind: TermKind, _ name: String, _ ofSystem: Bool, _ mode: ReadMode
    ) throws(RunFailure) -> RunPostings? {
        let bytes = Array(name.utf8)
        guard
            let found = try find(ofSystem ? kind.ofSystem : kind.rawValue, bytes.rawSpan, mode),
            found.term.count > 0
        else { return nil }
        return try RunPostings.of(found, in: self)
    }
}

extension RunPostings {
    /// How many positions lie behind one.
    mutating func count(after position: Position, _ mode: ReadMode) throws(RunFailure) -> Int {
        try first(atOrAfter: position + 1, mode).map { count - $0.ordinal } ?? 0
    }
}
