import DaybookBytes
import DaybookHTTP
import DaybookPlatform
import DaybookServerTesting
import Synchronization

@testable import DaybookServer

extension HTTPService {
    /// Sends a request and gives the answer, which may still be missing.
    func ask(
        _ method: String, _ target: String, fields: HTTPFields = [:], on loop: HandLoop = HandLoop()
    ) -> KeptAnswer {
        let answer = KeptAnswer()
        let head = RequestHead(method: method, target: target, fields: fields)
        begin(Exchange(head, loop: loop, carrier: answer))
        return answer
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
