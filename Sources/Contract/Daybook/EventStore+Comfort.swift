extension EventStore {
    /// Records events of one stream.
    @discardableResult
    public func append(
        _ events: [Event], to stream: String, expecting condition: StreamCondition = .any
    ) async throws(StoreError) -> Appended {
        try await append(Append(events, to: stream, expecting: condition))
    }

    /// Deletes all events of a stream so far, whatever it is like.
    @discardableResult
    public func delete(_ stream: String) async throws(StoreError) -> Position {
        try await delete(stream, .soft, expecting: .any)
    }

    /// The events of a request one by one, fetched as they are asked for.
    public func read(_ read: Read) -> EventSequence {
        EventSequence { () throws(StoreError) in try cursor(read) }
    }

    /// The events a selection names, from the first on.
    public func read(_ selection: Selection) -> EventSequence { read(Read(selection)) }

    /// Everything of a request in memory; for what is known to be small.
    public func events(_ request: Read) async throws(StoreError) -> [RecordedEvent] {
        let cursor = try cursor(request)
        var events: [RecordedEvent] = []
        while let batch = try await cursor.next() { events += batch.events }
        return events
    }

    /// The metadata of a stream (JSON by convention), nil where none was set.
    public func metadata(of stream: String) async throws(StoreError) -> [UInt8]? {
        try await lastMetadata(of: stream)?.data
    }

    /// The event that says what the metadata of a stream are, nil where none were set.
    func lastMetadata(of stream: String) async throws(StoreError) -> RecordedEvent? {
        let stream = StreamName.metadata(of: stream)
        guard try await self.stream(stream).lastPosition != nil else { return nil }
        let cursor = try cursor(Read(.stream(stream), .backwards))
        while let batch = try await cursor.next() {
            for event in batch.events where event.type == SystemType.metadata { return event }
        }
        return nil
    }

    /// Sets the metadata of a stream; `condition` is about the metadata stream.
    /// - Throws: `streamDeleted` where the stream is tombstoned; as `append`.
    @discardableResult
    public func setMetadata(
        _ metadata: [UInt8], of stream: String, expecting condition: StreamCondition = .any
    ) async throws(StoreError) -> Appended {
        var append = Append(
            [Event(type: SystemType.metadata, data: metadata)],
            to: StreamName.metadata(of: stream), expecting: condition)
        append.conditions[stream] = .any
        return try await self.append(append)
    }
}

/// Recorded events one by one; each iteration begins anew.
public struct EventSequence: AsyncSequence {
    public typealias Element = RecordedEvent
    public typealias Failure = StoreError
    private let open: () throws(StoreError) -> any EventCursor

    init(_ open: @escaping () throws(StoreError) -> any EventCursor) { self.open = open }

    public func makeAsyncIterator() -> Iterator { Iterator(open: open) }

    /// One pass over the events.
    public struct Iterator: AsyncIteratorProtocol {
        private let open: () throws(StoreError) -> any EventCursor
        private var cursor: (any EventCursor)?
        private var batch: EventBatch?
        private var at = 0

        init(open: @escaping () throws(StoreError) -> any EventCursor) { self.open = open }

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(StoreError) -> RecordedEvent? {
            let cursor = if let cursor { cursor } else { try open() }
            self.cursor = cursor
            while true {
                if let batch, at < batch.count {
                    defer { at += 1 }
                    return batch[at]
                }
                batch = try await cursor.next()
                at = 0
                if batch == nil { return nil }
            }
        }

        public mutating func next() async throws(StoreError) -> RecordedEvent? {
            try await next(isolation: nil)
        }
    }
}
