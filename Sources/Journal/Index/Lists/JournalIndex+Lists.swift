internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// A list lies in pieces: what each part of the index has of it, and what the recent events have. The ordinal of an
// event is how many stand before it in its own piece, and in all pieces before that.

extension JournalIndex {
    /// Where an ordinal stands in a list, of the events up to a position. Of one that is not there, how many are, and
    /// the position behind that one.
    ///
    /// O(parts), and in each as many reads as it takes to find a term.
    func place(
        of ordinal: Ordinal, in list: EventList, upTo head: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> ListPlace {
        let (kind, name) = list.term
        while true {
            let parts = parts
            let (found, before) = try parts.place(of: ordinal, kind, name, upTo: head, mode)
            if let found { return found }
            let recent = withLock { content -> ListPlace? in
                if content.partsFrame != parts.frame { return nil }
                let mine = content.recent.listed(kind, name.rawSpan)
                let count = mine.map { Ordinal($0.count(upTo: head)) } ?? 0
                if let mine, ordinal - before < count {
                    return ListPlace(ordinal: ordinal, position: mine[Int(ordinal - before)])
                }
                return ListPlace(ordinal: before + count, position: head + 1)
            }
            if let recent { return recent }
        }
    }

    /// Positions of a list within bounds, at most so many, and how far was looked; see `IndexChunk`.
    func positions(
        of list: EventList, in bounds: ClosedRange<Position>, backwards: Bool, limit: Int,
        _ mode: ReadMode
    ) throws(ReadFailure) -> IndexChunk {
        try positions(
            of: list.term, in: bounds, backwards: backwards, limit: limit, mode)
    }

    /// The same of a term: of what the parts have, and the recent events, in one go.
    func positions(
        of term: (kind: UInt8, name: [UInt8]), in bounds: ClosedRange<Position>, backwards: Bool,
        limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> IndexChunk {
        let (kind, name) = term
        while true {
            let parts = parts
            var found: [Position] = []
            func addOlder() throws(ReadFailure) {
                if bounds.lowerBound > parts.end || found.count >= limit { return }
                let mine = bounds.lowerBound...min(bounds.upperBound, parts.end)
                found += try parts.positions(
                    kind, name, in: mine, backwards, limit - found.count, mode)
            }
            if !backwards { try addOlder() }
            if bounds.upperBound > parts.end && found.count < limit {
                let recent = withLock { content -> [Position]? in
                    // Between the two looks at most a few recent events have become a part.
                    if content.partsFrame != parts.frame { return nil }
                    let mine = max(bounds.lowerBound, parts.end + 1)...bounds.upperBound
                    let list = content.recent.listed(kind, name.rawSpan)
                    return list?.positions(
                        in: mine, backwards: backwards, limit: limit - found.count) ?? []
                }
                guard let recent else { continue }
                found += recent
            }
            if backwards { try addOlder() }
            return IndexChunk(found, in: bounds, backwards: backwards, limit: limit)
        }
    }
}

extension IndexParts {
    /// Where an ordinal stands; nil where it is not among their events, with how many are.
    fileprivate func place(
        of ordinal: Ordinal, _ kind: UInt8, _ name: [UInt8], upTo head: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> (found: ListPlace?, before: Ordinal) {
        var before: Ordinal = 0
        do throws(RunFailure) {
            for part in all where part.positions.first <= head {
                guard var mine = try part.listed(kind, name.rawSpan, mode) else { continue }
                let count = Ordinal(try mine.count(upTo: head, mode))
                if ordinal - before < count {
                    let position = try mine.position(of: Int(ordinal - before), mode)
                    return (ListPlace(ordinal: ordinal, position: position), before)
                }
                before += count
            }
        } catch {
            throw index.told(error)
        }
        return (nil, before)
    }

    fileprivate func positions(
        _ kind: UInt8, _ name: [UInt8], in bounds: ClosedRange<Position>, _ backwards: Bool,
        _ limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> [Position] {
        var found: [Position] = []
        startReading(kind, name.rawSpan, mode)
        do throws(RunFailure) {
            for part in backwards ? all.reversed() : all
            where part.positions.clamped(to: bounds) != nil && found.count < limit {
                guard var mine = try part.listed(kind, name.rawSpan, mode) else { continue }
                found += try mine.positions(
                    in: bounds, backwards: backwards, limit: limit - found.count, mode)
            }
        } catch {
            throw index.told(error)
        }
        return found
    }
}

extension IndexChunk {
    /// What was found within bounds, up to a limit.
    init(
        _ found: [Position], in bounds: ClosedRange<Position>, backwards: Bool, limit: Int
    ) {
        positions = found
        let end = backwards ? bounds.lowerBound : bounds.upperBound
        lookedAt = found.count < limit ? end : found[found.count - 1]
    }
}
