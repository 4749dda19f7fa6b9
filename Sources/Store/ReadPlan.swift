internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// A read on its way: what is left of it. A value, so that a step that has to be repeated elsewhere begins where it
/// began here.
struct ReadPlan: Sendable {
    /// What is looked up in the index; nil: every position is looked at.
    private let query: Query?
    private let read: Read
    /// Both ends included; empty when all is read.
    private var low: Position
    private var high: Position
    private var left: Int
    /// The instant to begin at, until its position is found.
    private var time: Timestamp?
    /// Where it is looked at present, for events that occurred within a time.
    private var stretch: ClosedRange<Position>?
    /// What the index said already of the positions that come next.
    private var ahead: IndexChunk?

    private init(_ read: Read, query: Query?, upTo head: Position) {
        self.read = read
        self.query = query
        low = 1
        high = head
        left = read.limit ?? .max
    }

    /// Plans a read of what is recorded up to a position; of a stream, of what is not gone at an instant.
    ///
    /// Where something durable cannot be read, neither is what ends with it: backwards only what begins before it is.
    /// - Throws: `streamNotFound`, `streamDeleted`; `corrupt` where what cannot be read may change the answer.
    static func make(
        _ read: Read, upTo head: Position, at now: Timestamp, in view: JournalView, _ mode: ReadMode
    ) throws(ReadFailure) -> ReadPlan {
        var plan = ReadPlan(read, query: read.selection.query, upTo: head)
        if plan.dependsOnEnd(head) { try view.checkEnd() }
        if case .stream(let name) = read.selection {
            try plan.begin(name, at: now, in: view, mode)
        }
        switch read.start {
        case .position(let position): plan.begin(at: position)
        case .time(let start): plan.time = start
        case .end(let end) where end != read.direction: plan.low = plan.high + 1
        case .end, .revision: break
        }
        return plan
    }

    /// Whether what it begins with may lie behind all that can be read; of a time that is found with its position.
    private func dependsOnEnd(_ head: Position) -> Bool {
        if read.direction == .forwards { return false }
        return switch read.start {
        case .end(let end): end == .backwards
        // A stream may have been deleted or truncated since, and a revision is looked for from the last one on.
        case .revision: true
        case .position(let position): position > head
        case .time: false
        }
    }

    /// Looks a stream up, and begins at the first of its events that can be read, or at the revision asked for.
    private mutating func begin(
        _ name: String, at now: Timestamp, in view: JournalView, _ mode: ReadMode
    ) throws(ReadFailure) {
        let isBackwards = read.direction == .backwards
        let look = try view.look(
            at: name, backwards: isBackwards, limit: max(left, 1), mode)
        let facts = look.facts
        switch facts.state {
        case .live: break
        case .tombstoned: throw .failed(.streamDeleted(name, actual: facts.state))
        default:
            try view.checkEnd()
            throw .failed(.streamNotFound(name, actual: facts.state))
        }
        var first = try view.firstRevision(of: name, facts, at: now, mode)
        var end = facts.next
        if case .revision(let revision) = read.start {
            if isBackwards { end = min(end, revision &+ 1 == 0 ? end : revision + 1) }
            if !isBackwards { first = max(first, revision) }
        }
        guard first < end else {
            low = high + 1
            return
        }
        if first > 0 { low = try look.position(of: first, mode) ?? high + 1 }
        if end < facts.next { high = min(high, try look.position(of: end - 1, mode) ?? high) }
        switch read.start {
        case .end, .revision:
            if low <= high, !asksForTime { ahead = try look.positions(in: low...high, mode) }
        case .position, .time: break
        }
    }

    private mutating func begin(at position: Position) {
        if read.direction == .forwards {
            low = max(low, position)
        } else {
            high = min(high, position)
        }
    }

    /// Looks at one batch of what is left.
    mutating func step(
        _ pinned: PinnedView, _ mode: ReadMode
    ) throws(ReadFailure) -> StoreStep<EventBatch> {
        if let start = time {
            try begin(at: start, pinned, mode)
            time = nil
            return .nothing
        }
        guard low <= high && high > 0 && left > 0 else {
            // The end of what can be read is not the end where something durable cannot be.
            if left > 0 && read.direction == .forwards { try pinned.view.checkEnd() }
            return .end
        }
        guard let part = nextPart(pinned) else {
            low = high + 1
            return .nothing
        }
        let batch =
            if let query {
                try lookUp(query, in: part, pinned, mode)
            } else {
                try scan(part, pinned, mode)
            }
        let kept = filtered(batch)
        left -= kept.count
        return kept.isEmpty ? .nothing : .events(kept)
    }

    /// What of the rest is looked at next, nil where nothing in it can have been asked for: segments in which nothing
    /// occurred within the time are passed over.
    private mutating func nextPart(_ pinned: PinnedView) -> ClosedRange<Position>? {
        if !asksForTime { return low...high }
        if stretch?.overlaps(low...high) != true {
            stretch = pinned.stretch(
                of: low...high, backwards: read.direction == .backwards,
                since: read.occurredSince ?? Timestamp(microseconds: .min),
                until: read.occurredUntil ?? Timestamp(microseconds: .max))
        }
        return stretch?.clamped(to: low...high)
    }

    private mutating func scan(
        _ part: ClosedRange<Position>, _ view: PinnedView, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        let (first, last) = (part.lowerBound, part.upperBound)
        if read.direction == .forwards {
            let most = left < 1024 ? min(last, first + Position(left) * 4) : last
            let batch = try view.batch(from: first, upTo: most, mode)
            low = first + Position(batch.count)
            return batch
        }
        let count = Position(max(16, 2 * min(left, 128)))
        let least = last >= first + count ? last - count + 1 : first
        let batch = try view.batch(at: (least...last).reversed(), mode)
        high = last - Position(batch.count)
        return batch
    }

    private mutating func lookUp(
        _ query: Query, in part: ClosedRange<Position>, _ view: PinnedView, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        let isBackwards = read.direction == .backwards
        if ahead == nil {
            ahead = try view.view.positions(
                IndexRequest(
                    query, in: part, backwards: isBackwards, limit: left,
                    includesSystemStreams: read.includesSystemStreams), mode)
        }
        let found = ahead!
        let batch = try view.batch(at: found.positions, mode)
        var lookedAt = found.lookedAt
        if batch.count == found.positions.count {
            ahead = nil
        } else {
            // More than fits into a batch: the rest comes next.
            lookedAt = batch.lastPosition
            ahead!.positions.removeFirst(batch.count)
        }
        if isBackwards { high = lookedAt - 1 } else { low = lookedAt + 1 }
        return batch
    }

    /// Whether events are asked for by when they occurred.
    private var asksForTime: Bool { read.occurredSince != nil || read.occurredUntil != nil }

    /// What of a batch was asked for: neither hidden nor removed, nor out of its time, nor beyond the limit.
    private func filtered(_ batch: EventBatch) -> EventBatch {
        let hidesSystem = query == nil && !read.includesSystemStreams
        let mayHaveStubs = batch.mayHaveStubs
        if !hidesSystem && !asksForTime && !mayHaveStubs && batch.count <= left { return batch }
        return batch.filtered(upTo: left) { event in
            if hidesSystem && event.isSystem || mayHaveStubs && event.isStub { return false }
            if !asksForTime { return true }
            let time = event.occurredAt ?? event.recordedAt
            return time >= read.occurredSince ?? time && time <= read.occurredUntil ?? time
        }
    }

    /// Finds the position of an instant by the times of segments, and in one of them by halving: recorded times never
    /// decrease.
    private mutating func begin(
        at time: Timestamp, _ view: PinnedView, _ mode: ReadMode
    ) throws(ReadFailure) {
        let isForwards = read.direction == .forwards
        let known = view.first(recordedAt: time, isAfter: !isForwards, upTo: high)
        var (first, end) = (known.lowerBound, known.upperBound)
        // The first position at or after the instant; backwards, the first one after it. Events that are damaged are
        // taken for ones that were asked for: the read comes to them, and tells.
        var damaged = end..<end
        while first < end {
            let middle = first + (end - first) / 2
            guard let batch = try view.firstWhole(middle..<end, mode) else {
                damaged = middle..<(damaged.lowerBound == end ? damaged.upperBound : end)
                end = middle
                continue
            }
            let recorded = batch.view(at: 0).recordedAt
            if isForwards ? recorded < time : recorded <= time {
                first = batch.lastPosition + 1
            } else {
                end = isForwards ? middle : batch.lastPosition
            }
        }
        if !isForwards && first == damaged.lowerBound { first = damaged.upperBound }
        // Backwards from an instant behind all that can be read.
        if !isForwards && first > high { try view.view.checkEnd() }
        begin(at: isForwards ? first : first - 1)
    }
}

extension Selection {
    /// What is looked up in the index; nil where every position is looked at.
    var query: Query? {
        switch self {
        case .all: nil
        case .stream(let name): Query([Query.Item(stream: name)])
        case .category(let name): Query([Query.Item(category: name)])
        case .query(let query): query.items.isEmpty ? nil : query
        }
    }
}
