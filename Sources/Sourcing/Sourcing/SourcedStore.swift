public import Daybook
internal import DaybookCoding
internal import DaybookPlatform

/// A store, and the catalog of what is recorded in it: events as values of a program's own.
public struct SourcedStore: Sendable {
    /// Where the events are: embedded, or behind a server.
    public let store: any EventStore
    /// How they are read and written.
    public let catalog: EventCatalog
    /// How it is decided again where others were quicker.
    let retries: Retries
    /// What time it is.
    let now: @Sendable () -> Timestamp
    let observe: SourcingObserver
    /// What boundaries have read.
    let kept: KeptFolds

    /// - Parameters:
    ///   - store: Where the events are: embedded, or behind a server.
    ///   - catalog: How they are read and written.
    ///   - retries: How often, after which pauses, it is decided again where others were quicker.
    ///   - foldsKeptMax: How many states of each type of ``QueriedFold`` are kept in memory, so that a boundary reads only
    ///     what came since; 0: none.
    ///   - observe: Told what goes on; it is waited for. Nil: nobody, and no time is taken.
    ///   - now: What time it is; nil: as the system says.
    public init(
        _ store: any EventStore, catalog: EventCatalog, retries: Retries = Retries(),
        foldsKeptMax: Int = 10_000,
        observe: (@Sendable (SourcingSignal) -> Void)? = nil,
        now: (@Sendable () -> Timestamp)? = nil
    ) {
        self.observe = SourcingObserver(observe, clock: retries.clock)
        self.store = store
        kept = KeptFolds(countMax: foldsKeptMax)
        self.catalog = catalog
        self.retries = retries
        self.now = now ?? { Timestamp(microseconds: SystemTime().wallMicroseconds()) }
    }

    /// Hands over all that a query matches behind a position.
    /// - Returns: the position of the last one, 0 where there was none.
    func read(
        _ query: Query, behind position: Position,
        _ take: (borrowing EventView, inout PayloadDecoders) throws -> Void
    ) async throws -> Position {
        let cursor = try store.cursor(Read(.query(query), from: .position(position + 1)))
        var decoders = PayloadDecoders()
        var last: Position = 0
        while let batch = try await cursor.next() {
            for index in batch.indices { try take(batch.view(at: index), &decoders) }
            last = batch.lastPosition
        }
        return last
    }

    /// - Parameter record: what is kept beside the events; nil: nothing.
    func append(
        _ decided: [Placed], _ cause: Cause, unlessAfter position: Position, matches query: Query?,
        at place: @autoclosure () -> String,
        record: ([Append.Entry]) throws -> SystemRecord? = { _ in nil }
    ) async throws -> Appended {
        let encoder = PayloadEncoder(catalog.format.payload)
        var append = Append()
        for placed in decided {
            let event = try catalog.recording(placed.event, cause: cause, with: encoder)
            append.entries.append(Append.Entry(stream: placed.stream, event: event))
        }
        append.queryCondition = query.map { QueryCondition(failIfEventsMatch: $0, after: position) }
        if let record = try record(append.entries) { append.records = [record] }
        let stopwatch = observe.stopwatch()
        let appended = try await store.append(append)
        if !decided.isEmpty {
            observe(
                .recorded(
                    place: place(), events: decided.count, position: appended.lastPosition,
                    duration: stopwatch.elapsed))
        }
        return appended
    }

    /// Waits for the next attempt to decide.
    /// - Throws: `contended` where there is none; `CancellationError`.
    func pause(_ attempt: inout Int, _ place: @autoclosure () -> String) async throws {
        let place = place()
        let pause = try retries.pause(&attempt, place)
        observe(.retried(place: place, attempt: attempt))
        try await retries.clock.sleep(for: pause)
    }
}
