package import Daybook
internal import DaybookBytes
package import DaybookPlatform

/// What the index knows of a stream at one moment, and where its events lie: found once, for whoever reads it.
package struct StreamLook: Sendable {
    package private(set) var facts = StreamFacts()
    private let name: [UInt8]
    /// What the parts of the index have of it, oldest first.
    private var older: [Piece] = []
    private let recent: Recent
    private let index: JournalIndex
    private let isBackwards: Bool
    private let limit: Int

    private struct Piece: Sendable {
        /// Of its events.
        var revisions: Range<Revision>
        var list: ListedPart
    }

    /// What the recent events have: of the positions, which grow with every append, a copy of some.
    struct Recent: Sendable {
        var delta = StreamDelta()
        /// The first ones, or the last: those that are read first.
        var positions: [Position] = []
        /// Whether that is all.
        var isWhole = true
    }

    fileprivate init(
        _ name: [UInt8], _ older: [(delta: StreamDelta, list: ListedPart?)], _ recent: Recent,
        in index: JournalIndex, backwards: Bool, limit: Int
    ) {
        self.name = name
        self.recent = recent
        self.index = index
        isBackwards = backwards
        self.limit = limit
        for (delta, list) in older {
            facts = facts.after(delta)
            if let list {
                self.older.append(Piece(revisions: delta.base..<delta.next, list: list))
            }
        }
        facts = facts.after(recent.delta)
    }

    /// The position of a revision; nil where it has not come yet.
    package func position(
        of revision: Revision, _ mode: ReadMode
    ) throws(ReadFailure) -> Position? {
        do throws(RunFailure) {
            for piece in older where piece.revisions.contains(revision) {
                var list = piece.list
                return try list.position(of: Int(revision - piece.revisions.lowerBound), mode)
            }
        } catch {
            throw index.told(error)
        }
        let count = Revision(recent.positions.count)
        let first = isBackwards ? recent.delta.next - count : recent.delta.base
        if revision >= first, revision - first < count {
            return recent.positions[Int(revision - first)]
        }
        if recent.isWhole { return nil }
        return try index.positions(stream: name, revisions: revision..<revision + 1, mode)
            .positions.first
    }

    /// Positions of its events within bounds, in the order and as many as were asked for, and how far was looked; nil
    /// where the index has to be asked again.
    package func positions(
        in bounds: ClosedRange<Position>, _ mode: ReadMode
    ) throws(ReadFailure) -> IndexChunk? {
        var found: [Position] = []
        if !isBackwards { try addOlder(to: &found, in: bounds, mode) }
        let copied = isBackwards ? recent.positions.reversed() : recent.positions
        for position in copied where found.count < limit && bounds.contains(position) {
            found.append(position)
        }
        // What lies behind the copy was not looked at.
        if !recent.isWhole, found.count < limit, let last = copied.last,
            isBackwards ? last > bounds.lowerBound : last < bounds.upperBound
        {
            return bounds.contains(last) ? IndexChunk(positions: found, lookedAt: last) : nil
        }
        if isBackwards { try addOlder(to: &found, in: bounds, mode) }
        return IndexChunk(found, in: bounds, backwards: isBackwards, limit: limit)
    }

    private func addOlder(
        to found: inout [Position], in bounds: ClosedRange<Position>, _ mode: ReadMode
    ) throws(ReadFailure) {
        do throws(RunFailure) {
            for number in older.indices where found.count < limit {
                var list = older[isBackwards ? older.count - 1 - number : number].list
                let mine = try list.positions(
                    in: bounds, backwards: isBackwards, limit: limit - found.count, mode)
                if found.isEmpty { found = mine } else { found += mine }
            }
        } catch {
            throw index.told(error)
        }
    }
}

extension JournalIndex {
    /// Looks a stream up, once in each part.
    /// - Parameters:
    ///   - backwards: how its events are going to be read.
    ///   - limit: as many of them are wanted at first; at least one.
    package func look(
        at name: String, backwards: Bool, limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> StreamLook {
        let bytes = Array(name.utf8)
        let (parts, recent) = withLock { content in
            (
                IndexParts(all: content.parts, index: self),
                content.recent.look(at: bytes.rawSpan, backwards: backwards, limit: limit)
            )
        }
        var older: [(delta: StreamDelta, list: ListedPart?)] = []
        parts.startReading(TermKind.stream.rawValue, bytes.rawSpan, mode)
        do throws(RunFailure) {
            for part in parts.all {
                if let found = try part.look(at: bytes.rawSpan, mode) { older.append(found) }
            }
        } catch {
            throw told(error)
        }
        return StreamLook(bytes, older, recent, in: self, backwards: backwards, limit: limit)
    }
}

extension IndexPart {
    /// What its events did to a stream, and where they lie; nil where it knows nothing of it.
    fileprivate func look(
        at stream: borrowing RawSpan, _ mode: ReadMode
    ) throws(RunFailure) -> (delta: StreamDelta, list: ListedPart?)? {
        switch self {
        case .frozen(let frozen):
            guard let delta = frozen.events.delta(stream) else { return nil }
            let list = frozen.events.listed(TermKind.stream.rawValue, stream)
            return (delta, list.map { .memory($0) })
        case .run(let run):
            guard let found = try run.find(TermKind.stream.rawValue, stream, mode),
                let delta = found.term.delta
            else { return nil }
            if found.term.count == 0 { return (delta, nil) }
            let postings = try RunPostings.of(found, in: run)
            return (delta, .run(postings))
        }
    }
}

extension EventIndex {
    fileprivate func look(
        at name: borrowing RawSpan, backwards: Bool, limit: Int
    ) -> StreamLook.Recent {
        guard let number = streamNames.find(name) else { return StreamLook.Recent() }
        let all = streams.positions(number)
        let count = min(limit, all.count)
        let first = backwards ? all.count - count : 0
        return StreamLook.Recent(
            delta: streams.delta(number), positions: (first..<first + count).map { all[$0] },
            isWhole: count == all.count)
    }
}
