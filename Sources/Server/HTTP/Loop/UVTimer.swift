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
        unsafe closeHandle(timer, timerClosed)
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

/// Cancels a timer of a loop that ends; other handles are closed by their owners.
nonisolated func timerIsLeft(
    _ handle: UnsafeMutablePointer<uv_handle_t>?, _ argument: UnsafeMutableRawPointer?
) {
    guard unsafe uv_handle_get_type(handle) == UV_TIMER, unsafe uv_is_closing(handle) == 0 else {
        return
    }
    // Safe: as in `timerFired`.
    unsafe Unmanaged<UVTimer>.fromOpaque(handle!.pointee.data).takeUnretainedValue().cancel()
}
