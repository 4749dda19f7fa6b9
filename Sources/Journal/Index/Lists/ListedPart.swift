internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What one part of the index has of a list; ordinals are counted from the first of them.
enum ListedPart: Sendable {
    case memory(PostingList)
    case run(RunPostings)

    /// How many stand at or before a position.
    mutating func count(upTo position: Position, _ mode: ReadMode) throws(RunFailure) -> Int {
        switch self {
        case .memory(let list): return list.count(upTo: position)
        case .run(var postings):
            if position >= postings.last { return postings.count }
            let last = try postings.last(atOrBefore: position, mode)
            self = .run(postings)
            return last.map { $0.ordinal + 1 } ?? 0
        }
    }

    /// The position of an ordinal that is there.
    mutating func position(of ordinal: Int, _ mode: ReadMode) throws(RunFailure) -> Position {
        switch self {
        case .memory(let list): return list[ordinal]
        case .run(var postings):
            let found = try postings.positions(from: ordinal, mode)
            self = .run(postings)
            return found[found.startIndex]
        }
    }

    /// The positions within bounds, at most so many, in the order asked for.
    mutating func positions(
        in bounds: ClosedRange<Position>, backwards: Bool, limit: Int, _ mode: ReadMode
    ) throws(RunFailure) -> [Position] {
        switch self {
        case .memory(let list):
            return list.positions(in: bounds, backwards: backwards, limit: limit)
        case .run(var postings):
            defer { self = .run(postings) }
            return backwards
                ? try postings.positions(
                    downFrom: bounds.upperBound, to: bounds.lowerBound, limit, mode)
                : try postings.positions(
                    upFrom: bounds.lowerBound, to: bounds.upperBound, limit, mode)
        }
    }
}

extension PostingList {
    /// How many stand at or before a position.
    func count(upTo position: Position) -> Int {
        lastIndex(atOrBefore: position, from: count - 1) + 1
    }

    /// The positions within bounds, at most so many, in the order asked for.
    func positions(
        in bounds: ClosedRange<Position>, backwards: Bool, limit: Int
    ) -> [Position] {
        let first = firstIndex(atOrAfter: bounds.lowerBound, from: 0)
        let end = count(upTo: bounds.upperBound)
        guard first < end else { return [] }
        if backwards { return (max(first, end - limit)..<end).reversed().map { self[$0] } }
        return (first..<min(end, first + limit)).map { self[$0] }
    }
}

extension RunPostings {
    fileprivate mutating func positions(
        upFrom first: Position, to last: Position, _ limit: Int, _ mode: ReadMode
    ) throws(RunFailure) -> [Position] {
        guard var ordinal = try self.first(atOrAfter: first, mode)?.ordinal else { return [] }
        var found: [Position] = []
        while found.count < limit && ordinal < count {
            let chunk = try positions(from: ordinal, mode)
            let wanted = chunk.prefix(limit - found.count).prefix { $0 <= last }
            found += wanted
            if wanted.count < chunk.count { break }
            ordinal += chunk.count
        }
        return found
    }

    fileprivate mutating func positions(
        downFrom last: Position, to first: Position, _ limit: Int, _ mode: ReadMode
    ) throws(RunFailure) -> [Position] {
        guard var ordinal = try self.last(atOrBefore: last, mode)?.ordinal else { return [] }
        var found: [Position] = []
        while found.count < limit {
            // From the beginning of the chunk, which is fetched whole.
            let start = ordinal / RunFormat.chunkPositions * RunFormat.chunkPositions
            let chunk = try positions(from: start, mode).prefix(ordinal - start + 1)
            let wanted = chunk.suffix(limit - found.count).reversed().prefix { $0 >= first }
            found += wanted
            if wanted.count < chunk.count || start == 0 { break }
            ordinal = start - 1
        }
        return found
    }
}

extension IndexPart {
    /// What it has of a term; nil where that is nothing.
    func listed(
        _ kind: UInt8, _ name: borrowing RawSpan, _ mode: ReadMode
    ) throws(RunFailure) -> ListedPart? {
        switch self {
        case .frozen(let frozen):
            return frozen.events.listed(kind, name).map { .memory($0) }
        case .run(let run):
            guard let found = try run.find(kind, name, mode), found.term.count > 0 else {
                return nil
            }
            let postings = try RunPostings.of(found, in: run)
            return .run(postings)
        }
    }
}

extension EventIndex {
    /// The events with a term; nil where there are none.
    func listed(_ kind: UInt8, _ name: borrowing RawSpan) -> PostingList? {
        if kind == TermKind.stream.rawValue {
            return streamNames.find(name).map { streams.positions($0) }
        }
        return terms.find(name, kind: kind).map { postings[$0] }
    }
}
