internal import Synchronization

/// Work was given up because somebody has asked the command to end; nothing is left of it.
struct Interrupted: Error {}

/// Somebody has asked the command to end.
///
/// The first request lets a command that listens end in good order. A second one ends the process at
/// once, which harms nothing that was acknowledged.
final class Interruption: Sendable {
    /// Requests so close to the first are the same one: `timeout`, or a script's runner, sends on what
    /// the command has heard from the terminal already.
    static let echoNanosecondsMax: Int64 = 1_000_000_000

    private struct State {
        var requestedAt: Int64?
        var listener: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.requestedAt != nil } }

    /// Throws where somebody has asked.
    func check() throws(Interrupted) { if isRequested { throw Interrupted() } }

    /// Asks, at an instant in nanoseconds. False where the process has to end at once: nobody listens,
    /// or it was asked before.
    @discardableResult
    func request(at now: Int64) -> Bool {
        let (listener, requestedAt) = state.withLock { state in
            defer { state.requestedAt = state.requestedAt ?? now }
            return (state.listener, state.requestedAt)
        }
        guard let listener else { return false }
        if let requestedAt { return now - requestedAt <= Self.echoNanosecondsMax }
        listener()
        return true
    }

    /// Calls `listener` when somebody asks, at once where somebody has.
    func listen(_ listener: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.listener = listener
            return state.requestedAt != nil
        }
        if isRequested { listener() }
    }
}
