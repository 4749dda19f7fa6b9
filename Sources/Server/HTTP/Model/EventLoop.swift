/// Runs what belongs to some connections, one thing after the other, on one thread.
package protocol EventLoop: AnyObject, Sendable {
    /// Has something run on the loop soon, in the order of the calls; from any thread. What many threads post in the
    /// meantime costs one wake-up.
    func post(_ body: @escaping @Sendable () -> Void)
    /// Runs something on the loop later, unless it is cancelled before; only from the loop itself.
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer
    /// Whether the caller runs on the loop.
    var isCurrent: Bool { get }
}

/// Something to be run later.
package protocol LoopTimer: AnyObject {
    /// Only from the loop.
    func cancel()
}

/// Carries what belongs to a loop through other threads and back to it, where alone it may be used.
package struct LoopBound<Value>: @unchecked Sendable {
    // Safe: the value is only given out on its loop.
    private let value: Value
    private let loop: any EventLoop

    package init(_ value: Value, on loop: any EventLoop) {
        self.value = value
        self.loop = loop
    }

    /// Runs something with the value on its loop.
    package func post(_ body: @escaping @Sendable (Value) -> Void) {
        let bound = self
        loop.post { body(bound.value) }
    }
}
