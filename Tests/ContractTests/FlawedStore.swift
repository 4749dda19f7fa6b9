import Daybook
import DaybookStoreContract
import Synchronization

/// One thing a store does wrong.
enum Flaw: CaseIterable {
    case ignoresStreamConditions, ignoresCheckedStreams, ignoresQueryConditions, ignoresAfter
    case forgetsIDs, movesRecordsOfRepeats, losesTracking, losesRecords
    case ignoresLimit, ignoresOccurred, showsSystemStreams, startsOneLate, ignoresDirection
    case dropsTags, dropsCausation, tombstonesSoftly, followsOneLate, acceptsAnyCheckpoint
    case answersAfterClose, splitsAppends, tellsWrongPosition

    /// Whether one history, one operation after the other, can show it.
    var isSeenByOne: Bool { self != .acceptsAnyCheckpoint && self != .answersAfterClose }
}

/// The model with a flaw, or without one.
final class FlawedStore: ForwardingStore {
    let inner = ModelStore()
    let flaw: Flaw?
    private let closedHead = Mutex<Checkpoint?>(nil)

    init(_ flaw: Flaw?) { self.flaw = flaw }

    @discardableResult
    func append(_ append: Append) async throws(StoreError) -> Appended {
        var append = append
        let written = Set(append.entries.map(\.stream))
        let wasSomething = append.tracking != nil || !append.records.isEmpty
        switch flaw {
        case .ignoresStreamConditions: append.conditions = [:]
        case .ignoresCheckedStreams:
            append.conditions = append.conditions.filter { written.contains($0.key) }
        case .ignoresQueryConditions: append.queryCondition = nil
        case .ignoresAfter: append.queryCondition?.after = 0
        case .forgetsIDs:
            for index in append.entries.indices {
                append.entries[index].event.id = EventID()
            }
        case .losesTracking: append.tracking = nil
        case .losesRecords: append.records = []
        case .dropsTags:
            for index in append.entries.indices { append.entries[index].event.tags = [] }
        case .dropsCausation:
            for index in append.entries.indices { append.entries[index].event.causation = nil }
        default: break
        }
        // Nothing is left where something was.
        let isLeft = !append.entries.isEmpty || append.tracking != nil || !append.records.isEmpty
        if !isLeft && wasSomething {
            let head = try await inner.head().position
            return Appended(
                firstPosition: head, lastPosition: head, streams: [], isDuplicate: false)
        }
        if flaw == .splitsAppends, append.entries.count > 1, append.conditions.isEmpty {
            var first = append
            let last = first.entries.removeLast()
            try await inner.append(first)
            return try await inner.append([last.event], to: last.stream)
        }
        let answer = try await inner.append(append)
        if flaw == .movesRecordsOfRepeats, answer.isDuplicate, !append.records.isEmpty {
            var records = Append()
            records.records = append.records.map {
                SystemRecord(owner: $0.owner, key: $0.key, value: $0.value)
            }
            try await inner.append(records)
        }
        guard flaw == .tellsWrongPosition else { return answer }
        return Appended(
            firstPosition: answer.firstPosition + 1, lastPosition: answer.lastPosition + 1,
            streams: answer.streams, isDuplicate: answer.isDuplicate)
    }

    @discardableResult
    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        let kind = flaw == .tombstonesSoftly ? .soft : kind
        return try await inner.delete(stream, kind, expecting: condition)
    }

    func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        var read = read
        switch flaw {
        case .ignoresLimit where read.limit ?? -1 >= 0: read.limit = nil
        case .ignoresOccurred:
            read.occurredSince = nil
            read.occurredUntil = nil
        case .showsSystemStreams: read.includesSystemStreams = true
        case .startsOneLate:
            if case .position(let position) = read.start, position < .max {
                read.start = .position(position + 1)
            }
        case .ignoresDirection:
            if read.start == .end(of: .backwards) { read.start = .end(of: .forwards) }
            read.direction = .forwards
        default: break
        }
        return try inner.cursor(read)
    }

    func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        var subscription = subscription
        switch (flaw, subscription.start) {
        case (.followsOneLate, .after(let position)):
            let head = try await inner.head().position
            if position < head { subscription.start = .after(position + 1) }
        case (.acceptsAnyCheckpoint, .checkpoint(let checkpoint)):
            let head = try await inner.head().position
            subscription.start = .after(min(head, checkpoint.position))
        default: break
        }
        return try await inner.subscribe(subscription)
    }

    func head() async throws(StoreError) -> Checkpoint {
        do {
            let head = try await inner.head()
            closedHead.withLock { $0 = head }
            return head
        } catch {
            if flaw == .answersAfterClose, let head = closedHead.withLock({ $0 }) { return head }
            throw error
        }
    }

    func close() async throws(StoreError) {
        if flaw == .answersAfterClose { _ = try? await head() }
        try await inner.close()
    }
}
