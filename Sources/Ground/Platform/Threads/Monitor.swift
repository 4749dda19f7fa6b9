internal import Glibc

/// How a wait with a limit ended.
public enum WaitOutcome: Sendable {
    /// What was waited for holds.
    case ready
    /// The time ran out first, and it does not hold.
    case timedOut
}

/// State behind a mutex, with a condition variable to wait for changes of it.
///
/// For dedicated threads: a wait blocks its thread, which no thread of the cooperative pool may. `Mutex`
/// from Synchronization does where nobody waits. A monitor must not be entered again from inside.
@safe public final class Monitor<State>: Sendable {
    // Safe: allocated in init, freed in deinit; the state is touched only with the mutex held.
    private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
        capacity: 1)
    private nonisolated(unsafe) let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(
        capacity: 1)
    private nonisolated(unsafe) let state = UnsafeMutablePointer<State>.allocate(capacity: 1)

    /// A monitor over `initial`, which nobody else keeps hold of.
    public init(_ initial: sending State) {
        unsafe state.initialize(to: initial)
        var attributes = pthread_condattr_t()
        // Safe: all three are initialised here, once. The calls fail only on a lack of memory.
        unsafe require(pthread_mutex_init(mutex, nil))
        unsafe require(pthread_condattr_init(&attributes))
        // Limits are counted on a clock that nobody sets.
        unsafe require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC))
        unsafe require(pthread_cond_init(changed, &attributes))
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        // Safe: the last reference is gone, so nobody is inside.
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` alone with the state.
    public func withLock<Result, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        // Safe: the mutex lives as long as self and is unlocked by the thread that locked it.
        unsafe require(pthread_mutex_lock(mutex))
        defer { unsafe require(pthread_mutex_unlock(mutex)) }
        return try unsafe body(&state.pointee)
    }

    /// Waits until `ready` says so, and runs `body` with the state before anybody can change it.
    ///
    /// `ready` is asked at once and again after each `signal` or `broadcast` that reaches this thread.
    public func wait<Result>(
        until ready: (inout State) -> Bool,
        then body: (inout sending State) -> sending Result
    ) -> sending Result {
        wait(timeoutNanoseconds: nil, until: ready) { state, _ in body(&state) }
    }

    /// The same, at most as long as given (nil: without limit; 0: not at all); `body` hears how it ended.
    public func wait<Result>(
        timeoutNanoseconds: Int64?,
        until ready: (inout State) -> Bool,
        then body: (inout sending State, WaitOutcome) -> sending Result
    ) -> sending Result {
        var deadline = timeoutNanoseconds.map(Self.deadline)
        // Safe: as in withLock; a wait gives the mutex away and has it again when it returns.
        unsafe require(pthread_mutex_lock(mutex))
        defer { unsafe require(pthread_mutex_unlock(mutex)) }
        while true {
            if unsafe ready(&state.pointee) { return unsafe body(&state.pointee, .ready) }
            if deadline == nil {
                unsafe require(pthread_cond_wait(changed, mutex))
            } else {
                let answer = unsafe pthread_cond_timedwait(changed, mutex, &deadline!)
                if answer == ETIMEDOUT {
                    let outcome: WaitOutcome = unsafe ready(&state.pointee) ? .ready : .timedOut
                    return unsafe body(&state.pointee, outcome)
                }
                require(answer)
            }
        }
    }

    /// Wakes one thread that waits.
    ///
    /// Whoever it is asks `ready` again: only where all wait for the same.
    public func signal() { unsafe require(pthread_cond_signal(changed)) }

    /// Wakes all threads that wait.
    public func broadcast() { unsafe require(pthread_cond_broadcast(changed)) }

    private static func deadline(after nanoseconds: Int64) -> timespec {
        var now = timespec()
        unsafe require(clock_gettime(CLOCK_MONOTONIC, &now))
        let (seconds, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        let sum = now.tv_nsec + Int(rest)
        return timespec(
            tv_sec: now.tv_sec + Int(seconds) + sum / 1_000_000_000, tv_nsec: sum % 1_000_000_000)
    }
}

/// Stops the process where a call on a mutex or a thread fails: each such failure is a fault of this code.
func require(_ answer: Int32, _ function: StaticString = #function) {
    precondition(
        answer == 0, "\(function): \(Errno(code: answer == -1 ? Errno.last.code : answer))")
}
