package import Daybook

extension EventIndex {
    /// The positions that match a query, within bounds, as many as the request allows in one go.
    func positions(_ request: IndexRequest) -> IndexChunk {
        let items = request.itemsToWalk.compactMap { item, ofSystem in
            let lists = lists(of: item, ofSystem: ofSystem, isCounting: false)
            return ItemWalk(
                all: lists.all.map { $0.map { MemoryCursor($0, backwards: request.backwards) } },
                any: lists.any?.map { MemoryCursor($0, backwards: request.backwards) },
                from: request.firstPlace)
        }
        return QueryWalk(request, items).chunk()
    }

    /// The first event that matches behind a position, nil where none does. Takes as many steps as it needs.
    package func firstMatch(_ query: Query, after: Position, upTo last: Position) -> Position? {
        guard after < last, eventCount > 0 else { return nil }
        if query.items.isEmpty { return firstOrdinary(after: after, upTo: last) }
        // Most conditions ask for what no event has, and nothing needs to be walked for that.
        guard query.items.contains(where: mayMatch) else { return nil }
        return positions(IndexRequest(query, in: after + 1...last, limit: 1)).positions.first
    }

    /// How many events match behind a position, counted up to one more than `max`. Takes as many steps as it needs.
    package func matchCount(
        _ query: Query, after: Position, upTo last: Position, max limit: Int
    ) -> Int {
        guard after < last, eventCount > 0 else { return 0 }
        if query.items.isEmpty {
            let first = max(after + 1, firstPosition)
            let end = min(last, firstPosition + Position(eventCount) - 1)
            guard first <= end else { return 0 }
            return Int(end - first) + 1 - systemPositions.count(after: first - 1, upTo: end)
        }
        let request = IndexRequest(query, in: after + 1...last, limit: limit + 1)
        return positions(request).positions.count
    }

    /// How many events behind a position have the terms of a query.
    func candidates(
        _ query: Query, after: Position, upTo last: Position,
        _ counting: Candidates.Counting = .everyTerm
    ) -> Candidates {
        Candidates(
            query.items.map { item in
                if counting == .firstTerm {
                    guard let (kind, name) = item.firstOfSeveral else { return [] }
                    let list = list(kind, name, ofSystem: item.isOfSystem)
                    return [list?.count(after: after, upTo: last) ?? 0]
                }
                let lists = lists(of: item, ofSystem: item.isOfSystem, isCounting: true)
                guard lists.all.count + (lists.any == nil ? 0 : 1) > 1 else { return [] }
                var counts = lists.all.map { $0?.count(after: after, upTo: last) ?? 0 }
                // An event has one type: none is counted twice.
                if let any = lists.any {
                    counts.append(any.reduce(0) { $0 + $1.count(after: after, upTo: last) })
                }
                return counts
            })
    }

    private func list(_ kind: TermKind, _ name: String, ofSystem: Bool) -> PostingList? {
        if kind == .stream { return stream(named: name).map { streams.positions($0) } }
        return term(ofSystem ? kind.ofSystem : kind.rawValue, named: name).map { postings[$0] }
    }

    /// Whether an ordinary event may match an item, as far as its tags tell.
    private func mayMatch(_ item: Query.Item) -> Bool {
        item.isOfSystem || item.tags.allSatisfy { term(TermKind.tag.rawValue, named: $0) != nil }
    }

    /// The lists of an item of a query. An event matches that stands in all of some and in any of others.
    struct ItemLists {
        /// In the order of the item's tags, its category, correlation, stream; nil for a term that no event has.
        var all: [PostingList?] = []
        /// Of the types that events have; nil where the item names no type.
        var any: [PostingList]?
    }

    /// - Parameters:
    ///   - ofSystem: of the system's streams.
    ///   - isCounting: all are wanted, also where no event can have all of them.
    func lists(of item: Query.Item, ofSystem: Bool, isCounting: Bool) -> ItemLists {
        func list(_ kind: TermKind, _ name: String) -> PostingList? {
            term(ofSystem ? kind.ofSystem : kind.rawValue, named: name).map { postings[$0] }
        }
        var lists = ItemLists()
        for tag in item.tags { lists.all.append(list(.tag, tag)) }
        if let category = item.category { lists.all.append(list(.category, category)) }
        if let text = item.correlation { lists.all.append(list(.correlation, text)) }
        if let name = item.stream {
            lists.all.append(stream(named: name).map { streams.positions($0) })
        }
        if !item.types.isEmpty {
            let isVain = !isCounting && lists.all.contains { $0 == nil }
            lists.any = isVain ? [] : item.types.compactMap { list(.type, $0) }
        }
        return lists
    }

    /// The first event behind a position whose stream is not the system's.
    private func firstOrdinary(after: Position, upTo last: Position) -> Position? {
        let first = max(after + 1, firstPosition)
        let end = min(last, firstPosition + Position(eventCount) - 1)
        guard first <= end else { return nil }
        let found = systemPositions.firstMissing(atOrAfter: first)
        return found <= end ? found : nil
    }
}

extension Query.Item {
    /// Whether it asks for a stream of the system's.
    var isOfSystem: Bool { stream.map(StreamName.isSystem) ?? false }

    /// One of its terms, where it has more than one; its types are one together, and never this one.
    var firstOfSeveral: (kind: TermKind, name: String)? {
        let names = (stream == nil ? 0 : 1) + (category == nil ? 0 : 1)
        let others = (correlation == nil ? 0 : 1) + (types.isEmpty ? 0 : 1)
        guard tags.count + names + others > 1 else { return nil }
        if let tag = tags.min() { return (.tag, tag) }
        if let stream { return (.stream, stream) }
        if let correlation { return (.correlation, correlation) }
        return category.map { (.category, $0) }
    }
}
