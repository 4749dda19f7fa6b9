internal import Daybook
internal import DaybookBytes
package import DaybookPlatform

/// Where lines of the log go.
package protocol LogSink: Sendable {
    /// Takes whole lines; may block.
    func write(_ bytes: borrowing RawSpan) throws(Errno)
}

/// The standard error stream.
package struct StandardErrorSink: LogSink {
    package init() {}
    package func write(_ bytes: borrowing RawSpan) throws(Errno) {
        try Host.write(bytes, to: .error)
    }
}

/// Tells what happens, from any thread, without ever waiting: what is told is queued, and a thread writes it.
///
/// Where it is told faster than it can be written, what does not fit is dropped, and the next line that is written
/// says how much.
package final class Log: Sendable {
    /// Records that wait to be written: a few megabytes at most, as texts are cut.
    package static let waitingMax = 4096

    private struct State {
        var waiting: [LogRecord] = []
        var dropped: UInt64 = 0
        var isWriting = false
        var isClosed = false
    }

    private let level: LogLevel
    private let format: LogFormat
    private let sink: any LogSink
    private let time: any TimeSource
    private let state = Monitor(State())

    /// - Parameter level: what weighs less is not told.
    private init(
        level: LogLevel, format: LogFormat, to sink: any LogSink, _ time: any TimeSource
    ) {
        self.level = level
        self.format = format
        self.sink = sink
        self.time = time
    }

    /// A log with its thread.
    /// - Throws: where the system gives no thread.
    package static func start(
        level: LogLevel, format: LogFormat, to sink: any LogSink = StandardErrorSink(),
        time: any TimeSource = SystemTime()
    ) throws(Errno) -> Log {
        let log = Log(level: level, format: format, to: sink, time)
        _ = try Thread(name: "daybook-log") { while log.writeNext() {} }
        return log
    }

    package func error(_ message: String, _ fields: @autoclosure () -> LogFields = [:]) {
        tell(.error, message, fields)
    }
    package func warning(_ message: String, _ fields: @autoclosure () -> LogFields = [:]) {
        tell(.warning, message, fields)
    }
    package func info(_ message: String, _ fields: @autoclosure () -> LogFields = [:]) {
        tell(.info, message, fields)
    }
    package func debug(_ message: String, _ fields: @autoclosure () -> LogFields = [:]) {
        tell(.debug, message, fields)
    }

    private func tell(_ level: LogLevel, _ message: String, _ fields: () -> LogFields) {
        if level > self.level { return }
        let now = Timestamp(microseconds: time.wallMicroseconds())
        let record = LogRecord(now, level, message, fields()).cut()
        let isFirst = state.withLock { state in
            guard state.waiting.count < Self.waitingMax, !state.isClosed else {
                state.dropped += 1
                return false
            }
            state.waiting.append(record)
            return state.waiting.count == 1
        }
        if isFirst { state.broadcast() }
    }

    /// Records that were dropped and are not told of yet.
    package var droppedCount: UInt64 { state.withLock { $0.dropped } }

    /// Writes what waits; false when the log is closed and all is written.
    private func writeNext() -> Bool {
        let next = state.wait(
            until: { !$0.waiting.isEmpty || $0.isClosed },
            then: { state in
                let next = (records: state.waiting, dropped: state.dropped)
                state.waiting = []
                state.dropped = 0
                state.isWriting = !next.records.isEmpty
                return next
            })
        if next.records.isEmpty { return false }
        let lost = write(next.records, dropped: next.dropped)
        state.withLock { state in
            state.isWriting = false
            state.dropped += lost
        }
        state.broadcast()
        return true
    }

    /// How many are lost because nobody takes them.
    private func write(_ records: [LogRecord], dropped: UInt64) -> UInt64 {
        var bytes: [UInt8] = []
        if dropped > 0 {
            let now = Timestamp(microseconds: time.wallMicroseconds())
            bytes += format.line(
                LogRecord(now, .warning, "log lines were dropped", ["lines": .count(dropped)]))
        }
        for record in records { bytes += format.line(record) }
        do throws(Errno) { try sink.write(bytes.rawSpan) } catch {
            return dropped + UInt64(records.count)
        }
        return 0
    }

    /// Takes no more, and waits until what was told is written, at most so long: a reader that has stopped reading
    /// must not keep the process from ending. Blocks.
    package func close(withinMilliseconds limit: Int = 2000) {
        state.withLock { $0.isClosed = true }
        state.broadcast()
        state.wait(
            timeoutNanoseconds: Int64(limit) * 1_000_000,
            until: { $0.waiting.isEmpty && !$0.isWriting }, then: { _, _ in })
    }
}
