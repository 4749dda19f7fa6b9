import Daybook
import Synchronization

@testable import DaybookCLI
@testable import DaybookStore

/// A store in memory, just enough of one to run commands against.
final class FakeStore: FolderStore {
    struct State {
        var events: [RecordedEvent] = []
        /// The last event of each stream, and each id, by index.
        var lasts: [String: Int] = [:]
        var ids: [EventID: Int] = [:]
        /// Revisions up to here are deleted; nil stands for a tombstone.
        var deleted: [String: Revision?] = [:]
        var tokens: [String: TrackingToken] = [:]
        var listeners: [AsyncStream<Void>.Continuation] = []
        var appends = 0
        /// From this append on every one fails, as if the process had been killed.
        var failsFromAppend = Int.max
        var closings = 0
    }

    static let journal = EventID("11111111-2222-4333-8444-555555555555")!
    let state = Mutex(State())
    let openingNotes: [String]
    /// What each append waits for before it is decided.
    let delay = Mutex<(@Sendable () async -> Void)?>(nil)

    init(notes: [String] = []) { openingNotes = notes }

    var events: [RecordedEvent] { state.withLock { $0.events } }
    var appends: Int { state.withLock { $0.appends } }
    func fail(fromAppend number: Int) { state.withLock { $0.failsFromAppend = number } }

    /// The time of a position: a second for each, from 2024-01-01 on.
    static func time(_ position: Position) -> Timestamp {
        Timestamp(microseconds: 1_704_067_200_000_000 + Int64(position) * 1_000_000)
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        await delay.withLock { $0 }?()
        return try state.withLock { state throws(StoreError) in
            state.appends += 1
            if state.appends >= state.failsFromAppend {
                throw StoreError(
                    .poisoned, "the journal stopped", why: "the test says so", remedy: "Open again."
                )
            }
            return try state.append(append)
        }
    }

    func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try state.withLock { state throws(StoreError) in
            guard case .live(let last) = state.stream(stream).state else {
                throw StoreError(
                    .streamNotFound, "no stream `\(stream)`", why: "it was never written",
                    remedy: "Look at its name.")
            }
            state.deleted[stream] = .some(kind == .tombstone ? nil : last)
            return Position(state.events.count)
        }
    }

    func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        let (found, isMissing) = state.withLock { state in
            var isMissing = false
            if case .stream(let name) = read.selection {
                isMissing = state.stream(name).count == 0
            }
            return (state.found(read), isMissing)
        }
        return FakeCursor(found, isMissing: isMissing)
    }

    func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        let (signals, sender) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.listeners.append(sender) }
        return FakeSubscription(self, subscription, signals)
    }

    func head() async throws(StoreError) -> Checkpoint {
        let last = events.last
        return Checkpoint(
            journal: Self.journal, epoch: 1, position: last?.position ?? 0, event: last?.id)
    }

    func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        state.withLock { $0.stream(name) }
    }

    func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        state.withLock { state in
            let names = Set(state.events.map(\.stream)).filter { name in
                name.hasPrefix(prefix) && (after.map { $0 < name } ?? true)
            }
            return Array(names.sorted().map { state.stream($0) }.prefix(limit))
        }
    }

    func record(owner: String, key: String) async throws(StoreError) -> RecordValue? { nil }
    func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] { [] }
    func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        state.withLock { $0.tokens[consumer] }
    }
    func close() async throws(StoreError) { state.withLock { $0.closings += 1 } }

    func compact(
        bytesPerSecond: Int?, takesAll: Bool, compresses: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport {
        throw StoreError(
            .inputOutput, "there is nothing to compact", why: "it is all in memory",
            remedy: "Compact another store.")
    }

    func previewCompaction(
        bytesPerSecond: Int?, takesAll: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport {
        try await compact(
            bytesPerSecond: bytesPerSecond, takesAll: takesAll, compresses: false,
            progress: progress)
    }

    func statistics() async throws(StoreError) -> StoreStatistics {
        let events = events
        return StoreStatistics(
            events: UInt64(events.count), streams: Set(events.map(\.stream)).count,
            streamsByCategory: Dictionary(
                Set(events.map(\.stream)).map {
                    (StreamName.category(of: $0).map(String.init) ?? "", 1)
                },
                uniquingKeysWith: +),
            eventsByType: Dictionary(events.map { ($0.type, 1) }, uniquingKeysWith: +), tags: 2,
            segments: 1, usedBytes: 12_345, fileBytes: 1 << 20, indexBytes: 4096, hasWriter: true,
            firstRecordedAt: events.first?.recordedAt, lastRecordedAt: events.last?.recordedAt)
    }
}

extension OpenedStore {
    func submission() -> Submission {
        { append, done in
            Task.immediate {
                do throws(StoreError) {
                    done(.success(try await self.append(append)))
                } catch {
                    done(.failure(error))
                }
            }
        }
    }
}

extension FakeStore.State {
    mutating func append(_ append: Append) throws(StoreError) -> Appended {
        if let first = append.entries.first, let known = ids[first.event.id] {
            let old = events[known]
            return Appended(
                firstPosition: old.position, lastPosition: old.position,
                streams: [.init(name: old.stream, lastRevision: old.revision)], isDuplicate: true)
        }
        for (stream, condition) in append.conditions {
            let state = state(of: stream)
            let holds =
                switch (condition, state) {
                case (.any, _), (.none, .never): true
                case (.exists, .live): true
                case (.revision(let revision), .live(let last)): revision == last
                default: false
                }
            guard holds else {
                throw StoreError(
                    .wrongRevision, "cannot append to `\(stream)`", why: "\(state)",
                    remedy: "Read it again, and decide anew.", place: stream, actual: state)
            }
        }
        if let mark = append.tracking {
            guard tokens[mark.consumer]?.token == mark.from else {
                throw StoreError(
                    .wrongToken, "another token", why: "it is not the one expected",
                    remedy: "Read it.")
            }
            tokens[mark.consumer] = TrackingToken(token: mark.to, note: mark.note)
        }
        let first = Position(events.count + 1)
        for entry in append.entries {
            let position = Position(events.count + 1)
            let revision = state(of: entry.stream).next
            ids[entry.event.id] = events.count
            lasts[entry.stream] = events.count
            events.append(
                RecordedEvent(
                    stream: entry.stream, revision: revision, position: position,
                    recordedAt: FakeStore.time(position), event: entry.event))
        }
        for listener in listeners { listener.yield() }
        var streams: [String: Revision] = [:]
        for event in events[Int(first - 1)...] { streams[event.stream] = event.revision }
        return Appended(
            firstPosition: first, lastPosition: Position(events.count),
            streams: streams.map { .init(name: $0.key, lastRevision: $0.value) }, isDuplicate: false
        )
    }

    func state(of name: String) -> StreamState { stream(name).state }

    func stream(_ name: String) -> StreamInfo {
        guard let last = lasts[name].map({ events[$0] }) else {
            return StreamInfo(name: name, state: .never, firstRevision: 0, lastPosition: nil)
        }
        var state = StreamState.live(last: last.revision)
        if let deleted = deleted[name] {
            if let through = deleted, through == last.revision {
                state = .softDeleted(last: last.revision)
            } else if deleted == nil {
                state = .tombstoned(last: last.revision)
            }
        }
        return StreamInfo(name: name, state: state, firstRevision: 0, lastPosition: last.position)
    }

    func found(_ read: Read) -> [RecordedEvent] {
        let forwards = read.direction == .forwards
        let found = events.filter { event in
            guard event.matches(read.selection, system: read.includesSystemStreams) else {
                return false
            }
            let occurred = event.occurredAt ?? event.recordedAt
            if let since = read.occurredSince, occurred < since { return false }
            if let until = read.occurredUntil, occurred > until { return false }
            switch read.start {
            case .end: return true
            case .position(let start):
                return forwards ? event.position >= start : event.position <= start
            case .revision(let start):
                return forwards ? event.revision >= start : event.revision <= start
            case .time(let start):
                return forwards ? event.recordedAt >= start : event.recordedAt <= start
            }
        }
        return Array((forwards ? found : found.reversed()).prefix(read.limit ?? .max))
    }
}

extension RecordedEvent {
    func matches(_ selection: Selection, system: Bool) -> Bool {
        if case .stream(let name) = selection { return stream == name }
        if StreamName.isSystem(stream) && !system { return false }
        switch selection {
        case .all: return true
        case .stream: return false
        case .category(let category): return StreamName.category(of: stream) == category[...]
        case .query(let query):
            return query.items.isEmpty
                || query.items.contains { item in
                    (item.types.isEmpty || item.types.contains(type))
                        && item.tags.isSubset(of: tags)
                        && (item.stream.map { $0 == stream } ?? true)
                        && (item.correlation.map { $0 == correlation } ?? true)
                        && (item.category.map { StreamName.category(of: stream) == $0[...] } ?? true)
                }
        }
    }
}
