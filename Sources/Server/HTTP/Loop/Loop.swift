internal import CUV
package import DaybookPlatform
internal import Synchronization

/// A libuv loop on a thread of its own.
///
/// What its sockets have to send is collected while a turn of the loop lasts and goes out at its end, in one write
/// a socket.
@safe package final class Loop: EventLoop {
    // Safe: allocated in init and freed in deinit, when the thread has ended; but for uv_async_send, which any
    // thread may call, touched only by the loop's thread.
    nonisolated(unsafe) let uv: UnsafeMutablePointer<uv_loop_t>
    private nonisolated(unsafe) let wake: UnsafeMutablePointer<uv_async_t>
    private nonisolated(unsafe) let beforeWait: UnsafeMutablePointer<uv_prepare_t>
    private nonisolated(unsafe) let afterWait: UnsafeMutablePointer<uv_check_t>
    private nonisolated(unsafe) let hurry: UnsafeMutablePointer<uv_idle_t>
    // Safe: as above. What the sockets of this loop read into, one after the other.
    nonisolated(unsafe) let received: UnsafeMutableRawBufferPointer
    private let state = State()

    private struct Posted {
        var bodies: [@Sendable () -> Void] = []
        var isStopped = false
    }
    private let posted = Mutex(Posted())
    private let threadID = Atomic<UInt>(0)
    private let thread = Mutex<Thread?>(nil)

    // Safe: touched only by the loop's thread.
    private final class State: @unchecked Sendable {
        /// Sockets with something to send.
        var dirty: [Socket] = []
        /// Memory kept from turn to turn.
        var spareBodies: [@Sendable () -> Void] = []
        var spareSockets: [Socket] = []
        var isHurrying = false
        let out = SendBuffer()
    }

    /// What one read takes from a socket at most: enough that a bulk sender costs few calls.
    package static let readBytesMax = 256 * 1024

    private init() {
        unsafe uv = .allocate(capacity: 1)
        unsafe wake = .allocate(capacity: 1)
        unsafe beforeWait = .allocate(capacity: 1)
        unsafe afterWait = .allocate(capacity: 1)
        unsafe hurry = .allocate(capacity: 1)
        unsafe received = .allocate(byteCount: Self.readBytesMax, alignment: 16)
    }

    deinit {
        unsafe uv.deallocate()
        unsafe wake.deallocate()
        unsafe beforeWait.deallocate()
        unsafe afterWait.deallocate()
        unsafe hurry.deallocate()
        unsafe received.deallocate()
    }

    /// Starts a loop on a thread of this name. It runs until `stop`.
    package static func start(name: String) throws(Errno) -> Loop {
        let loop = Loop()
        // Safe: the memory is there, and no thread runs yet.
        try uvCall { unsafe uv_loop_init(loop.uv) }
        do throws(Errno) {
            try uvCall { unsafe uv_async_init(loop.uv, loop.wake, loopWoken) }
        } catch {
            unsafe uv_loop_close(loop.uv)
            throw error
        }
        // Safe: these cannot fail; the handles point at the loop, which lives until its thread has closed them.
        let itself = unsafe Unmanaged.passUnretained(loop).toOpaque()
        unsafe uv_prepare_init(loop.uv, loop.beforeWait)
        unsafe uv_check_init(loop.uv, loop.afterWait)
        unsafe uv_idle_init(loop.uv, loop.hurry)
        unsafe loop.wake.pointee.data = itself
        unsafe loop.beforeWait.pointee.data = itself
        unsafe loop.afterWait.pointee.data = itself
        unsafe uv_prepare_start(loop.beforeWait, loopWillWait)
        unsafe uv_check_start(loop.afterWait, loopHasPolled)
        let thread = try Thread(name: name) { loop.run() }
        loop.thread.withLock { $0 = thread }
        return loop
    }

    package var isCurrent: Bool { uv_thread_self() == threadID.load(ordering: .relaxed) }

    package func post(_ body: @escaping @Sendable () -> Void) {
        posted.withLock { posted in
            if posted.isStopped { return }
            posted.bodies.append(body)
            // Safe: the handle is closed only after the loop was marked as stopped, under the same lock.
            if posted.bodies.count == 1 { unsafe uv_async_send(wake) }
        }
    }

    package func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer {
        UVTimer(on: self, milliseconds: milliseconds, body)
    }

    /// Milliseconds since some start, as of the beginning of this turn of the loop; only on the loop.
    var now: Int64 { unsafe Int64(bitPattern: uv_now(uv)) }

    /// Ends the loop when what was posted has run, and waits for that; not from the loop itself.
    ///
    /// Sockets must have been closed. Timers are cancelled, and what is posted later does not run.
    package func stop() {
        precondition(!isCurrent, "a loop cannot wait for its own end")
        end()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Ends the loop as `stop` does, without waiting for it: also from the loop itself.
    package func end() { post { self.closeHandles() } }

    private func run() {
        threadID.store(UInt(uv_thread_self()), ordering: .relaxed)
        daybook_block_sigpipe()
        // Safe: this is the loop's thread, and nobody else runs it.
        unsafe uv_run(uv, UV_RUN_DEFAULT)
        let answer = unsafe uv_loop_close(uv)
        precondition(answer == 0, "a loop ended with handles still open")
    }

    private func closeHandles() {
        let isFirst = posted.withLock { posted in
            defer { posted.isStopped = true }
            return !posted.isStopped
        }
        if !isFirst { return }
        // Safe: on the loop's thread, once. All timers of a loop are `UVTimer`s. `run` ends when the last handle is
        // closed.
        unsafe uv_walk(uv, timerIsLeft, nil)
        unsafe closeHandle(wake)
        unsafe closeHandle(beforeWait)
        unsafe closeHandle(afterWait)
        unsafe closeHandle(hurry)
    }

    fileprivate func runPosted() {
        var bodies = state.spareBodies
        state.spareBodies = []
        posted.withLock { swap(&$0.bodies, &bodies) }
        for body in bodies { body() }
        bodies.removeAll(keepingCapacity: true)
        state.spareBodies = bodies
    }

    /// What the sockets write into, one after the other; only on the loop.
    var out: SendBuffer { state.out }

    /// Has a socket flushed at the end of this turn.
    func flushSoon(_ socket: Socket) { state.dirty.append(socket) }

    fileprivate func flush() {
        if !state.dirty.isEmpty {
            var sockets = state.spareSockets
            state.spareSockets = []
            swap(&state.dirty, &sockets)
            for socket in sockets { socket.flush() }
            sockets.removeAll(keepingCapacity: true)
            state.spareSockets = sockets
        }
        // Those that have more to send than one turn allows: the loop looks at the others and comes back at once.
        let isHurrying = !state.dirty.isEmpty
        if isHurrying == state.isHurrying { return }
        state.isHurrying = isHurrying
        if isHurrying {
            unsafe uv_idle_start(hurry, loopHurries)
        } else {
            unsafe uv_idle_stop(hurry)
        }
    }
}

/// Closes a handle of libuv, of whatever kind.
func closeHandle(_ handle: UnsafeMutableRawPointer, _ closed: uv_close_cb? = nil) {
    // Safe: every kind of handle begins with a uv_handle_t.
    unsafe uv_close(handle.assumingMemoryBound(to: uv_handle_t.self), closed)
}

/// Runs a call of libuv, which answers with a negative error number where it fails.
func uvCall(_ call: () -> Int32) throws(Errno) {
    let answer = call()
    if answer < 0 { throw Errno(code: -answer) }
}

// The callbacks are functions, not closures: a closure could inherit the isolation of whoever makes it.
// Safe, all of them: `data` was set to the loop, which outlives its handles.

private nonisolated func loopWoken(_ handle: UnsafeMutablePointer<uv_async_t>?) {
    unsafe Unmanaged<Loop>.fromOpaque(handle!.pointee.data).takeUnretainedValue().runPosted()
}

private nonisolated func loopWillWait(_ handle: UnsafeMutablePointer<uv_prepare_t>?) {
    unsafe Unmanaged<Loop>.fromOpaque(handle!.pointee.data).takeUnretainedValue().flush()
}

private nonisolated func loopHasPolled(_ handle: UnsafeMutablePointer<uv_check_t>?) {
    unsafe Unmanaged<Loop>.fromOpaque(handle!.pointee.data).takeUnretainedValue().flush()
}

private nonisolated func loopHurries(_ handle: UnsafeMutablePointer<uv_idle_t>?) {}

extension Loop {
    /// Waits until all that was posted has run; not from the loop itself.
    package func wait() {
        precondition(!isCurrent, "a loop cannot wait for itself")
        let done = Monitor(false)
        post {
            done.withLock { $0 = true }
            done.signal()
        }
        done.wait(until: { $0 }, then: { _ in })
    }
}
