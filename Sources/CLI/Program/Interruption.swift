internal import Synchronization

/// Somebody has asked the command to end.
final class Interruption: Sendable {
    private struct State {
        var isRequested = false
        var listener: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }

    /// Asks. False where nobody ends in good order by it: nobody listens, or it was asked before.
    @discardableResult
    func request() -> Bool {
        let (isFirst, listener) = state.withLock { state in
            defer { state.isRequested = true }
            return (!state.isRequested, state.listener)
        }
        guard isFirst, let listener else { return false }
        listener()
        return true
    }

    /// Calls `listener` when somebody asks, at once where somebody has.
    func listen(_ listener: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.listener = listener
            return state.isRequested
        }
        if isRequested { listener() }
    }
}
