internal import Daybook
internal import DaybookBytes
internal import DaybookClient
internal import DaybookPlatform
internal import DaybookStore

/// Benchmarks of reading a store: one in this process, or that of a server.
struct ReadBench {
    let store: any EventStore
    let pace: Pace

    /// Reads everything, over and over, and looks at a byte of every payload, borrowed.
    func views() async throws -> Measurement {
        try await everything(try store.cursor(Read(.all)), Self.look)
    }

    /// The same with every event copied out as a value.
    func values() async throws -> Measurement {
        try await everything(try store.cursor(Read(.all))) { batch in
            batch.events.reduce(0) { $0 &+ $1.data.count &+ 1 }
        }
    }

    /// Looks at events where they lie. Each adds something, also one without data.
    static func look(_ batch: EventBatch) -> Int {
        var sum = 0
        batch.forEach { event in
            let data = event.dataBytes
            sum &+=
                Int(data.byteCount > 0 ? data.u8(at: 0) : 0)
                &+ Int(truncatingIfNeeded: event.revision) &+ 1
        }
        return sum
    }

    func everything(
        _ begin: @autoclosure () throws -> any EventCursor, _ look: (EventBatch) -> Int
    ) async throws -> Measurement {
        let stretch = Stretch(pace)
        var latencies: [Int64] = []
        var events = 0
        var sum = 0
        while !stretch.isOver {
            let cursor = try begin()
            var before = stretch.now
            while let batch = try await cursor.next() {
                sum &+= look(batch)
                events += batch.count
                let after = stretch.now
                latencies.append(after - before)
                before = after
                if stretch.isOver { break }
            }
        }
        precondition(sum != 0 || events == 0, "what was read was looked at")
        var result = Measurement(eventsEach: 1, seconds: stretch.elapsed, latencies: latencies)
        result.eventsInAll = events
        return result
    }

    /// Reads a store that there is.
    /// - Parameter place: A folder, or the address of a server.
    static func rows(
        of place: String, _ pace: Pace, _ invocation: Invocation
    ) async throws -> [BenchCommand.Row] {
        let isServed = place.hasPrefix("daybook:")
        let store: any EventStore =
            isServed
            ? try await RemoteStore.connect(to: Invocation.address(place))
            : try await invocation.surroundings.stores.open(
                at: invocation.surroundings.absolute(place), .readOnly, journal: JournalName.main
            ) { _, _ in }
        let bench = ReadBench(store: store, pace: pace)
        let rows: [BenchCommand.Row]
        do {
            rows = try await bench.rows(way: isServed ? "by a server" : "in this process")
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        try pace.interruption.check()
        return rows
    }

    private func rows(way: String) async throws -> [BenchCommand.Row] {
        [
            BenchCommand.Row(name: "read all \(way), as views", measurement: try await views()),
            BenchCommand.Row(name: "read all \(way), as values", measurement: try await values()),
        ]
    }
}
