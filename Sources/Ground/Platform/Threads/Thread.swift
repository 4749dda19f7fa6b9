internal import CDaybookPlatform
internal import Glibc

/// A thread of its own for work that blocks, outside the cooperative pool.
///
/// Package-wide only: Foundation has a public type of this name.
package final class Thread: Sendable {
    private let handle: pthread_t
    private let joined = Monitor(false)

    /// The closure in a form that C can carry.
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a thread that runs `body`.
    ///
    /// Linux shows the first 15 bytes of the name (`top -H`).
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(body))
        // Safe: the entry takes over the reference to the box, unless there is no thread to do it. It is a
        // nonisolated function: a closure could inherit the isolation of whoever starts the thread, and trap.
        let answer = unsafe pthread_create(&thread, nil, threadEntry, box.toOpaque())
        if answer != 0 {
            unsafe box.release()
            throw Errno(code: answer)
        }
        handle = thread
        let short = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        _ = unsafe daybook_name_thread(thread, short)
    }

    deinit {
        // A thread that nobody joins gives its memory back by itself.
        if !joined.withLock({ $0 }) { pthread_detach(handle) }
    }

    /// Waits until the thread has ended.
    ///
    /// May be called again, by anyone but the thread itself.
    package func join() {
        joined.withLock { joined in
            if joined { return }
            require(pthread_join(handle, nil))
            joined = true
        }
    }

    /// Whether this is the thread that asks.
    package var isCurrent: Bool { pthread_equal(handle, pthread_self()) != 0 }

    fileprivate static func run(_ box: UnsafeMutableRawPointer) {
        // Safe: the one place that takes back what init passed.
        unsafe Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body()
    }
}

private nonisolated func threadEntry(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Thread.run(box!)
    return nil
}
