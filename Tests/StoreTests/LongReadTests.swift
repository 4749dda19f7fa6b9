import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// Reads that look at much and give little.
@Suite(.timeLimit(.minutes(15))) struct `Reading what is rare` {
    /// Two thousand events: `odd` and `even` in turn, and both on every four hundredth.
    private func store() async throws -> EmbeddedStore {
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.readBatchEventsMax = 16
        options.readScatteredEventsMax = 8
        options.indexStepsMax = 10
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: options)
        let events = (1...2_000).map { position in
            var tags: Set<String> = [position.isMultiple(of: 2) ? "even" : "odd"]
            if position.isMultiple(of: 400) { tags.insert("odd") }
            return Event(
                type: "noted", tags: tags, occurredAt: Timestamp(microseconds: Int64(position)))
        }
        try await store.append(events, to: "s-1")
        return store
    }

    private let both = Selection.query(.tags(["odd", "even"]))

    @Test func `A read and a subscription pause on their way and come to the end`() async throws {
        let store = try await store()
        let expected = (1...5).map { Position($0 * 400) }
        #expect(try await store.events(Read(both)).map(\.position) == expected)
        let backwards = try await store.events(Read(both, .backwards)).map(\.position)
        #expect(backwards == expected.reversed())
        let some = try await store.events(Read(both, from: .position(401), limit: 2))
        #expect(some.map(\.position) == [800, 1200])
        let late = Timestamp(microseconds: 1_700)
        for selection in [Selection.all, .stream("s-1"), .query(.tags(["even"]))] {
            let found = try await store.events(Read(selection, limit: 3, occurredSince: late))
            let step: Position = if case .query = selection { 2 } else { 1 }
            #expect(found.map(\.position) == [1_700, 1_700 + step, 1_700 + 2 * step])
        }
        let cursor = try await store.subscribe(Subscription(both))
        var followed: [Position] = []
        signals: while let signal = try await cursor.next() {
            switch signal {
            case .events(let batch): followed += batch.events.map(\.position)
            case .caughtUp: break signals
            case .progress: break
            }
        }
        #expect(followed == expected)
        try await store.close()
    }

    /// Tasks on it run in turns: one goes on where another waits or yields.
    private actor Turns {
        private var hasBegun = false

        /// Cancels a read as soon as it is somebody else's turn: what it ended with, nil for its end.
        func cancel(_ read: Read, of store: EmbeddedStore) async throws -> StoreError.Code? {
            hasBegun = false
            let reading = Task { () async throws -> StoreError.Code? in
                hasBegun = true
                do {
                    _ = try await store.events(read)
                    return nil
                } catch let error as StoreError {
                    return error.code
                }
            }
            while !hasBegun { await Task.yield() }
            reading.cancel()
            return try await reading.value
        }
    }

    @Test func `A long read gives others their turn, and ends when its task is cancelled`()
        async throws
    {
        let store = try await store()
        let never = Timestamp(microseconds: 1_000_000)
        let turns = Turns()
        for read in [
            Read(occurredSince: never), Read(.all, .backwards, occurredSince: never),
            Read(.stream("s-1"), occurredSince: never), Read(both, occurredSince: never),
            Read(both, .backwards, occurredSince: never),
        ] {
            let code = try await turns.cancel(read, of: store)
            #expect(code == .cancelled, "\(read)")
        }
        // Nobody else suffers.
        #expect(try await store.events(Read()).count == 2_000)
        try await store.close()
    }
}
