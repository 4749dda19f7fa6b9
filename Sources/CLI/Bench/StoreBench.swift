internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import DaybookStore

/// Benchmarks of one store: appends and reads of events with 256 bytes of payload.
struct StoreBench {
    let store: EmbeddedStore
    let pace: Pace

    private static let payload = [UInt8]((0..<256).map { UInt8(65 + $0 * 7919 % 57) })

    private static func event() -> Event {
        Event(type: "bench-recorded", data: payload, contentType: Event.bytes)
    }

    /// One appender, one event an append, each awaited.
    func single() async throws -> Measurement {
        let store = store
        return try await Stretch(pace).repeating(eventsEach: 1) {
            try await store.append([Self.event()], to: "bench-single-1")
        }
    }

    /// The same from a thread that blocks.
    func singleThread() throws -> Measurement {
        let result = Monitor<Result<Measurement, any Error>?>(nil)
        let bench = self
        let thread = try Thread(name: "bench-append") {
            let measured = Result {
                try Stretch(bench.pace).repeating(eventsEach: 1) {
                    _ = try bench.store.appendAndWait(Append([Self.event()], to: "bench-thread-1"))
                }
            }
            result.withLock { $0 = measured }
        }
        thread.join()
        return try result.withLock { $0! }.get()
    }

    /// Appenders side by side, each with a stream of its own whose revision it expects.
    func crowd(_ appenders: Int, eventsEach: Int, name: String) async throws -> Measurement {
        let stretch = Stretch(pace)
        let store = store
        let parts = try await withThrowingTaskGroup(of: Measurement.self) { group in
            for number in 0..<appenders {
                group.addTask {
                    let stream = "bench-\(name)-\(number)"
                    var condition = StreamCondition.none
                    return try await stretch.repeating(eventsEach: eventsEach) {
                        let events = (0..<eventsEach).map { _ in Self.event() }
                        let appended = try await store.append(
                            events, to: stream, expecting: condition)
                        condition = .revision(appended.revision ?? 0)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return .joined(parts, seconds: stretch.elapsed)
    }

    /// Reads everything in steps that never wait, as the loop of a server takes them.
    func readSteps() async throws -> Measurement {
        try await reads.everything(StepCursor(try store.stepped(Read(.all))), ReadBench.look)
    }

    var reads: ReadBench { ReadBench(store: store, pace: pace) }
}

/// A stepped read as a cursor.
private final class StepCursor: EventCursor {
    private var read: SteppedRead

    init(_ read: SteppedRead) { self.read = read }

    func next() async throws(StoreError) -> EventBatch? {
        while true {
            var step = try read.step()
            if case .waiting = step {
                let waiting = read
                let made = await withCheckedContinuation { continuation in
                    waiting.stepWaiting { continuation.resume(returning: $0) }
                }
                (read, step) = try made.get()
            }
            switch step {
            case .events(let batch): return batch
            case .end: return nil
            default: continue
            }
        }
    }
}
