package import Daybook

/// Some positions that match, in the order asked for, and how far was looked.
package struct IndexChunk: Hashable, Sendable {
    package var positions: [Position] = []
    /// Looked at up to and including this position (down to it, backwards); nothing else matches until there.
    package var lookedAt: Position
    /// Nothing more matches within the bounds.
    package var isEnd: Bool
}

/// Which positions to look up in an index.
package struct IndexRequest: Hashable, Sendable {
    package var query: Query
    package var includesSystemStreams = false
    /// Both ends included.
    package var bounds: ClosedRange<Position>
    package var backwards = false
    package var limit: Int
    /// Steps from list to list before it pauses, so that no lock is held for long.
    package var stepsMax = 50_000

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

extension EventIndex {
    /// The positions that match a query that is not `.all`, within bounds.
    ///
    /// Leapfrogs through the lists of each item's terms: the work is bounded by the shortest list of each
    /// item, times the logarithm of the gaps in the others.
    package func positions(_ request: IndexRequest) -> IndexChunk {
        var items = request.query.items.compactMap { ItemCursor($0, in: self, ofSystem: false) }
        if request.includesSystemStreams {
            items += request.query.items.compactMap { ItemCursor($0, in: self, ofSystem: true) }
        }
        return request.backwards
            ? walkBackwards(request, &items) : walkForwards(request, &items)
    }

    /// The first event that matches behind a position, nil where none does.
    package func firstMatch(_ query: Query, after: Position, upTo last: Position) -> Position? {
        guard after < last, eventCount > 0 else { return nil }
        if query.items.isEmpty { return firstOrdinary(after: after, upTo: last) }
        var request = IndexRequest(query, in: after + 1...last, limit: 1)
        request.stepsMax = .max
        return positions(request).positions.first
    }

    /// How many events match behind a position, counted up to one more than `max`.
    package func matchCount(
        _ query: Query, after: Position, upTo last: Position, max limit: Int
    ) -> Int {
        guard after < last, eventCount > 0 else { return 0 }
        if query.items.isEmpty {
            let first = max(after + 1, firstPosition)
            let end = min(last, firstPosition + Position(eventCount) - 1)
            guard first <= end else { return 0 }
            let hidden = systemPositions.firstIndex(atOrAfter: first, from: 0)
            let hiddenEnd = systemPositions.firstIndex(atOrAfter: end + 1, from: hidden)
            return Int(end - first) + 1 - (hiddenEnd - hidden)
        }
        var request = IndexRequest(query, in: after + 1...last, limit: limit + 1)
        request.stepsMax = .max
        return positions(request).positions.count
    }

    /// The first event behind a position whose stream is not the system's.
    private func firstOrdinary(after: Position, upTo last: Position) -> Position? {
        var candidate = max(after + 1, firstPosition)
        var at = systemPositions.firstIndex(atOrAfter: candidate, from: 0)
        while at < systemPositions.count && systemPositions[at] == candidate {
            candidate += 1
            at += 1
        }
        let end = min(last, firstPosition + Position(eventCount) - 1)
        return candidate <= end ? candidate : nil
    }

    private func walkForwards(_ request: IndexRequest, _ items: inout [ItemCursor]) -> IndexChunk {
        var chunk = IndexChunk(lookedAt: request.bounds.upperBound, isEnd: true)
        var at = request.bounds.lowerBound
        var steps = 0
        while !items.isEmpty {
            var nearest: Position?
            for index in items.indices.reversed() {
                guard let next = items[index].next(atOrAfter: at, in: self, &steps) else {
                    items.remove(at: index)
                    continue
                }
                if next < nearest ?? .max { nearest = next }
            }
            guard let found = nearest, found <= request.bounds.upperBound else { break }
            chunk.positions.append(found)
            if found == request.bounds.upperBound { break }
            at = found + 1
            if chunk.positions.count >= request.limit || steps > request.stepsMax {
                chunk.lookedAt = found
                chunk.isEnd = false
                break
            }
        }
        return chunk
    }

    private func walkBackwards(_ request: IndexRequest, _ items: inout [ItemCursor]) -> IndexChunk {
        var chunk = IndexChunk(lookedAt: request.bounds.lowerBound, isEnd: true)
        var at = request.bounds.upperBound
        var steps = 0
        while !items.isEmpty {
            var nearest: Position?
            for index in items.indices.reversed() {
                guard let next = items[index].previous(atOrBefore: at, in: self, &steps) else {
                    items.remove(at: index)
                    continue
                }
                if next > nearest ?? 0 { nearest = next }
            }
            guard let found = nearest, found >= request.bounds.lowerBound else { break }
            chunk.positions.append(found)
            if found == request.bounds.lowerBound || found == 1 { break }
            at = found - 1
            if chunk.positions.count >= request.limit || steps > request.stepsMax {
                chunk.lookedAt = found
                chunk.isEnd = false
                break
            }
        }
        return chunk
    }
}

/// Walks the events that match one item of a query: those in all of some lists and in any of others.
private struct ItemCursor {
    private enum List {
        case term(Int)
        case stream(Int)
    }
    private struct Place {
        var list: List
        var at: Int?
    }
    private var all: [Place] = []
    private var any: [Place] = []

    /// Nil where nothing can match: a term that no event has.
    init?(_ item: Query.Item, in index: EventIndex, ofSystem: Bool) {
        // A stream asked for by name is found once, whether or not the system's are asked for.
        if item.stream != nil && ofSystem { return nil }
        let ofSystem = item.stream.map(StreamName.isSystem) ?? ofSystem
        func term(_ kind: EventIndex.Term, _ name: String) -> Int? {
            index.term(ofSystem ? kind.ofSystem : kind, named: name)
        }
        for tag in item.tags {
            guard let found = term(.tag, tag) else { return nil }
            all.append(Place(list: .term(found)))
        }
        if let category = item.category {
            guard let found = term(.category, category) else { return nil }
            all.append(Place(list: .term(found)))
        }
        if let stream = item.stream {
            guard let found = index.stream(named: stream) else { return nil }
            all.append(Place(list: .stream(found)))
        }
        let types = item.types.compactMap { term(.type, $0) }
        if types.isEmpty && !item.types.isEmpty { return nil }
        any = types.map { Place(list: .term($0)) }
        if all.isEmpty && any.isEmpty { return nil }
    }

    mutating func next(
        atOrAfter start: Position, in index: EventIndex, _ steps: inout Int
    ) -> Position? {
        var candidate = start
        while true {
            let before = candidate
            for place in all.indices {
                guard let next = Self.seek(&all[place], candidate, in: index) else { return nil }
                candidate = next
            }
            if !any.isEmpty {
                var nearest: Position?
                for place in any.indices {
                    if let next = Self.seek(&any[place], candidate, in: index),
                        next < nearest ?? .max
                    {
                        nearest = next
                    }
                }
                guard let nearest else { return nil }
                candidate = nearest
            }
            steps += all.count + any.count
            // A round in which no list moved on: every list has it. A list alone needs no second round.
            if candidate == before || all.count + any.count == 1 || all.isEmpty { return candidate }
        }
    }

    mutating func previous(
        atOrBefore start: Position, in index: EventIndex, _ steps: inout Int
    ) -> Position? {
        var candidate = start
        while true {
            let before = candidate
            for place in all.indices {
                guard let next = Self.seekBack(&all[place], candidate, in: index) else {
                    return nil
                }
                candidate = next
            }
            if !any.isEmpty {
                var nearest: Position?
                for place in any.indices {
                    if let next = Self.seekBack(&any[place], candidate, in: index),
                        next > nearest ?? 0
                    {
                        nearest = next
                    }
                }
                guard let nearest else { return nil }
                candidate = nearest
            }
            steps += all.count + any.count
            if candidate == before || all.count + any.count == 1 || all.isEmpty { return candidate }
        }
    }

    @inline(__always)
    private static func withList<R>(
        _ list: List, in index: EventIndex, _ body: (PostingList) -> R
    ) -> R {
        switch list {
        case .term(let term): body(index.postings[term])
        case .stream(let stream): body(index.streams[stream].positions)
        }
    }

    private static func seek(
        _ place: inout Place, _ position: Position, in index: EventIndex
    ) -> Position? {
        withList(place.list, in: index) { list in
            // The first look is a search from the list's start, galloping; later ones go on from there.
            let at = list.firstIndex(atOrAfter: position, from: place.at ?? 0)
            place.at = at
            return at < list.count ? list[at] : nil
        }
    }

    private static func seekBack(
        _ place: inout Place, _ position: Position, in index: EventIndex
    ) -> Position? {
        withList(place.list, in: index) { list in
            let at = list.lastIndex(atOrBefore: position, from: place.at ?? list.count - 1)
            place.at = at
            return at >= 0 ? list[at] : nil
        }
    }
}
