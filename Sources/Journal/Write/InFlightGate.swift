internal import Synchronization

/// Bounds the bytes of appends that were accepted and not answered: who comes when it is full waits its turn.
final class InFlightGate: Sendable {
    fileprivate struct State {
        var bytes = 0
        var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Waits until so many bytes fit, or nothing else is under way.
    func enter(_ bytes: Int) async {
        let isIn = state.withLock { $0.admit(bytes, bytesMax) }
        if isIn { return }
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                if state.admit(bytes, bytesMax) { return true }
                state.waiting.append((bytes, continuation))
                return false
            }
            if isIn { continuation.resume() }
        }
    }

    func leave(_ bytes: Int) {
        let admitted = state.withLock { state in
            state.bytes -= bytes
            var admitted: [CheckedContinuation<Void, Never>] = []
            while let first = state.waiting.first,
                state.bytes == 0 || state.bytes + first.bytes <= bytesMax
            {
                state.bytes += first.bytes
                admitted.append(first.continuation)
                state.waiting.removeFirst()
            }
            return admitted
        }
        for continuation in admitted { continuation.resume() }
    }
}

extension InFlightGate.State {
    fileprivate mutating func admit(_ more: Int, _ bytesMax: Int) -> Bool {
        guard waiting.isEmpty, bytes == 0 || bytes + more <= bytesMax else { return false }
        bytes += more
        return true
    }
}
