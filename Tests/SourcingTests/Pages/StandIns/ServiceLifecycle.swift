import Synchronization

// What the pages use of swift-service-lifecycle, with the signatures and in the order it has there: services are asked to end
// one after the other, the last of the list first. See Logging.swift.
extension Elsewhere {
    protocol Service: Sendable {
        func run() async throws
    }

    struct UnixSignal: Hashable, Sendable {
        private let number: Int
        static let sigint = UnixSignal(number: 2)
        static let sigterm = UnixSignal(number: 15)
    }

    static func gracefulShutdown() async throws {
        guard let asked = Shutdown.asked else { return try await Task.sleep(for: .seconds(3_600)) }
        await asked.wait()
        try Task.checkCancellation()
    }

    static func cancelWhenGracefulShutdown<T: Sendable>(
        _ operation: @Sendable @escaping () async throws -> T
    ) async rethrows -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try? await gracefulShutdown()
                return nil
            }
            while let result = try await group.next() {
                group.cancelAll()
                if let result { return result }
            }
            fatalError("the operation has a result")
        }
    }

    actor ServiceGroup {
        private let services: [any Service]
        private let signals: [UnixSignal]

        init(
            services: [any Service], gracefulShutdownSignals: [UnixSignal] = [],
            cancellationSignals: [UnixSignal] = [], logger: Logger
        ) {
            self.services = services
            signals = gracefulShutdownSignals
        }

        func run(file: String = #file, line: Int = #line) async throws {
            let raised = Signals.here
            try await withThrowingTaskGroup(of: Void.self) { group in
                var running: [(asked: Latch, ended: Latch)] = []
                for service in services {
                    let (asked, ended) = (Latch(), Latch())
                    running.append((asked, ended))
                    group.addTask {
                        defer { ended.open() }
                        try await Shutdown.$asked.withValue(asked) { try await service.run() }
                    }
                }
                group.addTask { [signals, running] in
                    guard let raised else { return }
                    await raised.wait(for: signals)
                    if Task.isCancelled { return }
                    for service in running.reversed() {
                        service.asked.open()
                        await service.ended.wait()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private enum Shutdown {
        @TaskLocal static var asked: Latch?
    }

    /// A signal that a test sends to whoever runs in its task.
    final class Signals: Sendable {
        @TaskLocal static var here: Signals?
        private let latch = Latch()
        private let raised = Mutex<UnixSignal?>(nil)

        func raise(_ signal: UnixSignal) {
            raised.withLock { $0 = signal }
            latch.open()
        }

        fileprivate func wait(for signals: [UnixSignal]) async {
            await latch.wait()
            let raised = raised.withLock { $0 }
            precondition(raised.map(signals.contains) ?? true, "a signal that nobody asked for")
        }
    }

    /// Opened once; whoever waits goes on then, or when his task is cancelled.
    final class Latch: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }
        func open() { continuation.finish() }
        func wait() async { for await _ in stream {} }
    }
}
