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
    let observe: @Sendable (SourcingSignal) -> Void

    /// - Parameters:
    ///   - store: Where the events are: embedded, or behind a server.
    ///   - catalog: How they are read and written.
    ///   - retries: How often, after which pauses, it is decided again where others were quicker.
    ///   - observe: Told what goes on; it is waited for.
    ///   - now: What time it is; nil: as the system says.
    public init(
        _ store: any EventStore, catalog: EventCatalog, retries: Retries = Retries(),
        observe: @escaping @Sendable (SourcingSignal) -> Void = { _ in },
        now: (@Sendable () -> Timestamp)? = nil
    ) {
        self.observe = observe
        self.store = store
        self.catalog = catalog
        self.retries = retries
        self.now = now ?? { Timestamp(microseconds: SystemTime().wallMicroseconds()) }
    }

    /// Hands over all that a query matches.
    /// - Returns: up to where it was looked at.
    func read(
        _ query: Query, _ take: (borrowing EventView, inout PayloadDecoders) throws -> Void
    ) async throws -> Position {
        // What is recorded behind the head meanwhile may be read or not: the condition counts from here.
        var position = try await store.head().position
        let cursor = try store.cursor(Read(.query(query)))
        var decoders = PayloadDecoders()
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                try take(event, &decoders)
                position = max(position, event.position)
            }
        }
        return position
    }

    func append(
        _ decided: [Placed], _ cause: Cause, unlessAfter position: Position, matches query: Query?
    ) async throws -> Appended {
        let encoder = PayloadEncoder(catalog.format.payload)
        var append = Append()
        for placed in decided {
            let event = try catalog.recording(placed.event, cause: cause, with: encoder)
            append.entries.append(Append.Entry(stream: placed.stream, event: event))
        }
        append.queryCondition = query.map { QueryCondition(failIfEventsMatch: $0, after: position) }
        let appended = try await store.append(append)
        observe(.recorded(events: decided.count, position: appended.lastPosition))
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
