public import Daybook
internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform
internal import DaybookProtobuf
internal import DaybookProtocol
internal import Synchronization

/// The store of a server in another process: `daybook serve`, here or elsewhere.
///
/// It is one journal of that store, the one that the server was started with where none is named; `journal(_:)` gives
/// others over the same connections.
///
/// What goes wrong in the store comes as the very error of the store. What goes wrong on the way has codes of its own:
/// `unavailable`, `untrusted`, `notUnderstood`, `refused`. A connection that is lost is made again, and what was under way
/// goes on by itself where that is safe: reads and subscriptions behind the last event they gave, look-ups, and appends
/// that the server recognises by their ids. Where it is not, as with a deletion, the error is `outcomeUnknown`: it may have
/// been recorded, or not.
///
/// All this holds for connections that are cut. Bytes that are changed on their way are noticed under TLS, and end the
/// connection; without it nothing but TCP looks after them.
///
/// A store that is dropped without `close()` ends its connections and its thread by itself, when nothing that it gave is
/// used any more.
public final class RemoteStore: EventStore {
    let caller: Caller
    let gate = Gate()
    /// Empty: the one that the server was started with.
    let journal: String
    /// The greatest position that the server is known to have.
    private let known = Atomic<Position>(0)
    private let siblings: Siblings

    /// The stores over the connections of one, itself among them.
    private final class Siblings: Sendable {
        private let gates = Mutex<[Gate]>([])
        func add(_ gate: Gate) { gates.withLock { $0.append(gate) } }
        func remove(_ gate: Gate) { gates.withLock { $0.removeAll { $0 === gate } } }
        var all: [Gate] { gates.withLock { $0 } }
    }

    /// Connects to a server, and asks it for the end of its journal.
    /// - Parameters:
    ///   - address: Where it is: `daybook://127.0.0.1:2113`.
    ///   - journal: The journal; nil: the one that the server was started with.
    ///   - options: How patient it is, and what it may take.
    /// - Throws: `unavailable`, `untrusted`, `notUnderstood`, `refused`, `notFound`, `inputOutput` where the system gives
    ///   no thread.
    public static func connect(
        to address: ServerAddress, journal: String? = nil,
        options: RemoteStoreOptions = RemoteStoreOptions()
    ) async throws(StoreError) -> RemoteStore {
        try await connect(
            to: address, journal: journal, options: options, time: SystemTime(),
            randomness: SystemRandomness())
    }

    package static func connect(
        to address: ServerAddress, journal: String?, options: RemoteStoreOptions,
        time: any TimeSource, randomness: any Randomness
    ) async throws(StoreError) -> RemoteStore {
        if let journal { try JournalName.validate(journal) }
        var settings = GRPCChannelOptions()
        settings.connectionsMax = max(options.connectionsMax, 1)
        let channel = try await address.open(settings, randomness)
        let caller = Caller(address, channel, options, time: time, randomness: randomness)
        let store = RemoteStore(caller, journal: journal ?? "", Siblings())
        do throws(StoreError) {
            _ = try await store.head(within: options.connectPatienceMilliseconds)
        } catch {
            try await store.close()
            throw error
        }
        return store
    }

    private init(_ caller: Caller, journal: String, _ siblings: Siblings) {
        self.caller = caller
        self.journal = journal
        self.siblings = siblings
        siblings.add(gate)
    }

    /// The address that it was connected to.
    public var server: ServerAddress { caller.server }

    /// Another journal of the same server, with an order of its own. It closes with this store, or by itself.
    /// - Throws: `invalid`, `notFound` where there is no such journal, and as `head`.
    public func journal(_ name: String) async throws(StoreError) -> RemoteStore {
        try JournalName.validate(name)
        try gate.check()
        let store = RemoteStore(caller, journal: name, siblings)
        do throws(StoreError) { _ = try await store.head() } catch {
            siblings.remove(store.gate)
            throw error
        }
        return store
    }

    /// The names of the journals of the server's store.
    /// - Throws: as `head`.
    public func journals() async throws(StoreError) -> [String] {
        let answer: V1.JournalsResponse = try await lookUp(V1.listJournals, V1.JournalsRequest())
        return answer.names
    }

    // MARK: Appending

    @discardableResult
    public func append(_ append: Append) async throws(StoreError) -> Appended {
        try gate.enter()
        defer { gate.leave() }
        try append.validate()
        var writer = ProtobufWriter()
        append.encode(journal: journal, into: &writer)
        let bytes = try await caller.change(
            V1.append, writer.array, RepeatRule(append), "the append",
            after: knownPosition, journal: journal)
        let sent: V1.SentAppended = try caller.decoded(bytes)
        let appended = sent.appended
        let count = Position(append.entries.count)
        guard count == 0 || appended.lastPosition &- appended.firstPosition &+ 1 == count else {
            throw .foreign("it answers an append as one of another size", server)
        }
        note(appended.lastPosition)
        return appended
    }

    @discardableResult
    public func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try gate.enter()
        defer { gate.leave() }
        let request = V1.DeleteRequest(stream, kind, expecting: condition, journal: journal)
        let bytes = try await caller.change(
            V1.delete, request.encoded(), .never, "the deletion",
            after: knownPosition, journal: journal)
        let answer: V1.DeleteResponse = try caller.decoded(bytes)
        note(answer.position)
        return answer.position
    }

    /// A position that the server is known to have.
    var knownPosition: Position { known.load(ordering: .relaxed) }

    /// The server has told a position.
    func note(_ position: Position) {
        _ = known.max(position, ordering: .relaxed)
    }

    // MARK: Reading

    public func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        try gate.check()
        try read.validate()
        return RemoteCursor(read, self)
    }

    public func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        try gate.check()
        try subscription.validate()
        if case .checkpoint(let checkpoint) = subscription.start { try checkpoint.checkWritten() }
        let cursor = RemoteSubscription(subscription, self)
        try await cursor.begin()
        return cursor
    }

    // MARK: Looking up

    private func lookUp<Answer: ProtobufDecodable>(
        _ path: String, _ request: some ProtobufEncodable, within milliseconds: Int? = nil,
        as type: Answer.Type = Answer.self
    ) async throws(StoreError) -> Answer {
        try gate.enter()
        defer { gate.leave() }
        return try await caller.lookUp(path, request, within: milliseconds)
    }

    public func head() async throws(StoreError) -> Checkpoint { try await head(within: nil) }

    private func head(within milliseconds: Int?) async throws(StoreError) -> Checkpoint {
        let answer: V1.HeadResponse = try await lookUp(
            V1.getHead, V1.NamedRequest(journal: journal), within: milliseconds)
        guard let checkpoint = answer.checkpoint else {
            throw .foreign("its head is no checkpoint", server)
        }
        note(checkpoint.position)
        return checkpoint
    }

    public func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        let answer: V1.StreamResponse = try await lookUp(
            V1.getStream, V1.NamedRequest(name, journal: journal))
        guard let info = answer.info else { throw .foreign("it tells no stream", server) }
        return info
    }

    public func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try Limits.validate(limit: limit)
        var found: [StreamInfo] = []
        // Also where none are wanted: whether the names can be is the server's to say.
        repeat {
            let answer: V1.StreamsResponse = try await lookUp(
                V1.listStreams,
                V1.ListRequest(
                    prefix, after: found.last?.name ?? after, limit: max(limit - found.count, 1),
                    journal: journal))
            found += answer.streams
            if !answer.hasMore || answer.streams.isEmpty { break }
        } while found.count < limit
        return Array(found.prefix(limit))
    }

    public func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        let answer: V1.RecordResponse = try await lookUp(
            V1.getRecord, V1.NamedRequest(owner, key: key, journal: journal))
        return answer.record
    }

    public func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try Limits.validate(limit: limit)
        var found: [RecordValue] = []
        // As above.
        repeat {
            let answer: V1.RecordsResponse = try await lookUp(
                V1.listRecords,
                V1.ListRequest(
                    owner, after: found.last?.key ?? after, limit: max(limit - found.count, 1),
                    journal: journal))
            found += answer.records
            if !answer.hasMore || answer.records.isEmpty { break }
        } while found.count < limit
        return Array(found.prefix(limit))
    }

    public func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        let answer: V1.TrackingResponse = try await lookUp(
            V1.getTracking, V1.NamedRequest(consumer, journal: journal))
        return answer.tracking
    }

    // MARK: The end

    /// Ends reads and subscriptions, and waits for appends under way. The store that was connected takes the others and
    /// the connections with it.
    public func close() async throws(StoreError) {
        gate.shut()
        guard isFirst else {
            await gate.settled()
            return siblings.remove(gate)
        }
        for gate in siblings.all { gate.shut() }
        caller.channel.stopWaiting()
        for gate in siblings.all { await gate.settled() }
        await caller.channel.close()
    }

    private var isFirst: Bool { siblings.all.first === gate }
}

extension Checkpoint {
    /// Checks that it can be sent: one with a position has the event there.
    /// - Throws: `wrongCheckpoint`.
    fileprivate func checkWritten() throws(StoreError) {
        if Checkpoint(description) == self { return }
        throw StoreError(
            .wrongCheckpoint, "The checkpoint does not belong to this history",
            why: "it does not say which event stands at position \(position)",
            remedy: "Begin again from 0, or from a checkpoint taken in this journal.",
            place: "position \(position)", position: position)
    }
}
