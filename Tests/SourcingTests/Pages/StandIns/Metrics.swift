import Synchronization

// What the pages use of swift-metrics, with the signatures it has there; see Logging.swift.
extension Elsewhere {
    final class Counter: Sendable {
        private let label: String
        private let figures = Figures.here

        init(label: String, dimensions: [(String, String)] = []) {
            self.label = Figures.name(label, dimensions)
        }

        func increment<DataType: BinaryInteger>(by amount: DataType) {
            figures?.add(Int(amount), to: label)
        }
        func increment() { increment(by: 1) }
    }

    final class Timer: Sendable {
        private let label: String
        private let figures = Figures.here

        init(label: String, dimensions: [(String, String)] = []) {
            self.label = Figures.name(label, dimensions)
        }

        /// Counted here: how long something takes is another time each time.
        func record(duration: Duration) { figures?.add(1, to: label) }
    }

    /// What was counted, by label.
    final class Figures: Sendable {
        @TaskLocal static var here: Figures?
        private let values = Mutex<[String: Int]>([:])

        subscript(label: String) -> Int { values.withLock { $0[label] ?? 0 } }

        func add(_ amount: Int, to label: String) {
            values.withLock { $0[label, default: 0] += amount }
        }

        static func name(_ label: String, _ dimensions: [(String, String)]) -> String {
            dimensions.reduce(label) { "\($0) \($1.0)=\($1.1)" }
        }
    }
}
