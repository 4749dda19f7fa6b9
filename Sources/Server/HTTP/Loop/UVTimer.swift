internal import CUV

/// A timer of a loop, which runs its body once.
@safe final class UVTimer: LoopTimer {
    // Safe: allocated in init; freed when libuv has closed it, which holds a reference to self until then.
    private let timer: UnsafeMutablePointer<uv_timer_t>
    private var body: (() -> Void)?

    init(on loop: Loop, milliseconds: Int, _ body: @escaping () -> Void) {
        self.body = body
        unsafe timer = .allocate(capacity: 1)
        unsafe uv_timer_init(loop.uv, timer)
        unsafe timer.pointee.data = Unmanaged.passRetained(self).toOpaque()
        unsafe uv_timer_start(timer, timerFired, UInt64(max(milliseconds, 0)), 0)
    }

    func cancel() {
        if body == nil { return }
        body = nil
        unsafe uv_close(
            UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self), timerClosed)
    }

    fileprivate func fire() {
        let body = body
        cancel()
        body?()
    }

    fileprivate func free() { unsafe timer.deallocate() }
}

private nonisolated func timerFired(_ handle: UnsafeMutablePointer<uv_timer_t>?) {
    // Safe: the reference taken in init lasts until the timer is closed.
    unsafe Unmanaged<UVTimer>.fromOpaque(handle!.pointee.data).takeUnretainedValue().fire()
}

private nonisolated func timerClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    // Safe: the one place that takes back the reference of init.
    unsafe Unmanaged<UVTimer>.fromOpaque(handle!.pointee.data).takeRetainedValue().free()
}
