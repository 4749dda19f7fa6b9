import DaybookHTTP

/// A loop without a thread: what was posted runs when the test says so.
final class MemoryLoop: EventLoop, @unchecked Sendable {
    // Safe: a test uses its loop on one thread.
    private var posted: [@Sendable () -> Void] = []

    func post(_ body: @escaping @Sendable () -> Void) { posted.append(body) }

    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer { NoTimer() }

    var isCurrent: Bool { true }

    func run() {
        while !posted.isEmpty { posted.removeFirst()() }
    }

    private final class NoTimer: LoopTimer {
        func cancel() {}
    }
}
