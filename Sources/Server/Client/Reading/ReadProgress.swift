internal import Daybook

/// How far a read has come: what to ask for when its connection is lost, and what of the answer is still wanted.
struct ReadProgress {
    /// What is still to be read.
    private(set) var rest: Read
    /// The history it is in, as the server tells it; empty before something was given.
    private(set) var history = ""
    /// The end of what it covers: what was recorded later is left out.
    private var covered: Position = 0
    /// The history and the head that the server told at the beginning of the call under way.
    private var told: (history: String, head: Position)?
    private var last: Position?
    private(set) var isOver = false

    init(_ read: Read) { rest = read }

    /// The server begins to answer. As long as nothing was given, a read that is sent again begins anew.
    mutating func began(history: String, head: Position) { told = (history, head) }

    /// The server says that this was all.
    mutating func end() { isOver = true }

    /// Takes the next events: what was recorded after the read began is left out.
    /// - Throws: `notUnderstood` where they are not those that come next.
    mutating func take(
        _ batch: EventBatch, from server: ServerAddress
    ) throws(StoreError) -> EventBatch? {
        guard let told else { throw .foreign("its answer does not begin with its head", server) }
        if last == nil {
            (history, covered) = told
        } else if told.history != history {
            throw .foreign("it goes on in another history", server)
        }
        var batch = batch
        let end = covered
        if batch.entries.contains(where: { $0.position > end }) {
            batch = batch.filtered(upTo: .max) { $0.position <= end }
            if rest.direction == .forwards { isOver = true }
        }
        guard let first = batch.entries.first, let last = batch.entries.last else { return nil }
        guard isInOrder(first.position), batch.isOrdered(rest.direction) else {
            throw .foreign("its events are not in order", server)
        }
        advance(behind: last.position, revision: batch.view(at: batch.count - 1).revision)
        if let limit = rest.limit {
            if batch.count > limit { throw .foreign("it gives more than it was asked for", server) }
            rest.limit = limit - batch.count
            if limit == batch.count { isOver = true }
        }
        return batch
    }

    private func isInOrder(_ position: Position) -> Bool {
        guard let last else { return true }
        return rest.direction == .forwards ? position > last : position < last
    }

    private mutating func advance(behind position: Position, revision: Revision) {
        last = position
        if case .stream = rest.selection {
            switch rest.direction {
            case .forwards: rest.start = .revision(revision + 1)
            case .backwards where revision == 0: isOver = true
            case .backwards: rest.start = .revision(revision - 1)
            }
        } else {
            switch rest.direction {
            case .forwards: rest.start = .position(position + 1)
            case .backwards where position <= 1: isOver = true
            case .backwards: rest.start = .position(position - 1)
            }
        }
    }
}

extension EventBatch {
    /// Whether each stands behind, or before, the one that comes before it.
    func isOrdered(_ direction: Read.Direction) -> Bool {
        for index in entries.indices.dropFirst() {
            let (one, next) = (entries[index - 1].position, entries[index].position)
            if direction == .forwards ? next <= one : next >= one { return false }
        }
        return true
    }
}
