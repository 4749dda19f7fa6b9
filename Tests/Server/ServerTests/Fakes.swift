import DaybookBytes
import DaybookHTTP
import DaybookPlatform
import Synchronization

@testable import DaybookServer

/// A loop that runs what it is given when it is told to.
final class HandLoop: EventLoop {
    private let posted = Mutex<[@Sendable () -> Void]>([])
    let isCurrent = true

    func post(_ body: @escaping @Sendable () -> Void) { posted.withLock { $0.append(body) } }
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer { NoTimer() }

    private final class NoTimer: LoopTimer {
        func cancel() {}
    }

    /// Runs what was posted; whether there was something.
    @discardableResult
    func turn() -> Bool {
        let bodies = posted.withLock { posted in
            defer { posted = [] }
            return posted
        }
        for body in bodies { body() }
        return !bodies.isEmpty
    }
}

/// Keeps what an exchange answers.
final class Carried: ExchangeCarrier {
    var head: ResponseHead?
    var body: [UInt8] = []
    var trailers: HTTPFields?
    var isAborted = false
    let waitingBytes = 0

    func respond(_ head: ResponseHead) { self.head = head }
    func write(_ bytes: [UInt8]) { body += bytes }
    func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    func abort() { isAborted = true }
    func consumed(_ count: Int) {}

    var text: String { String(decoding: body, as: UTF8.self) }
    var isFinished: Bool { trailers != nil }
}

extension HTTPService {
    /// Sends a request and gives the answer, which may still be missing.
    func ask(
        _ method: String, _ target: String, fields: HTTPFields = [:], on loop: HandLoop = HandLoop()
    ) -> Carried {
        let carried = Carried()
        let head = RequestHead(method: method, target: target, fields: fields)
        begin(Exchange(head, loop: loop, carrier: carried))
        return carried
    }
}

/// A clock that stands until it is moved.
final class StillTime: TimeSource {
    private let boot = Mutex<Int64>(0)
    func wallMicroseconds() -> Int64 { 1_777_636_800_000_000 }
    func bootNanoseconds() -> Int64 { boot.withLock { $0 } }
    func pass(_ nanoseconds: Int64) { boot.withLock { $0 += nanoseconds } }
}

/// Keeps lines, and holds whoever writes them while it is told to.
final class HeldSink: LogSink {
    private struct State {
        var bytes: [UInt8] = []
        var isHeld = false
        var writes = 0
        var refusal: Errno?
    }

    private let state = Monitor(State())

    func write(_ bytes: borrowing RawSpan) throws(Errno) {
        let copy = bytes.copied()
        let refusal = state.withLock { state in
            state.writes += 1
            return state.refusal
        }
        state.broadcast()
        if let refusal { throw refusal }
        state.wait(until: { !$0.isHeld }, then: { $0.bytes += copy })
    }

    func hold() { state.withLock { $0.isHeld = true } }
    func release() {
        state.withLock { $0.isHeld = false }
        state.broadcast()
    }
    func refuse(_ error: Errno?) { state.withLock { $0.refusal = error } }
    /// Waits until something is being written for the nth time.
    func waitForWrite(_ number: Int) { state.wait(until: { $0.writes >= number }, then: { _ in }) }
    var lines: [String] {
        state.withLock { String(decoding: $0.bytes, as: UTF8.self) }.split(separator: "\n")
            .map(String.init)
    }
}
