internal import Synchronization

/// Bounds the bytes of appends that were accepted and not answered: who comes when it is full waits its turn.
///
/// Who cannot wait comes in all the same, and looks beforehand whether there is room.
final class InFlightGate: Sendable {
    fileprivate struct State {
        var bytes = 0
        var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
        /// To be called when there is room.
        var calls: [@Sendable () -> Void] = []
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

    /// Comes in without waiting.
    func enterAtOnce(_ bytes: Int) { state.withLock { $0.bytes += bytes } }

    func leave(_ bytes: Int) {
        var admitted: [CheckedContinuation<Void, Never>] = []
        var calls: [@Sendable () -> Void] = []
        state.withLock { state in
            state.bytes -= bytes
            while let first = state.waiting.first,
                state.bytes == 0 || state.bytes + first.bytes <= bytesMax
            {
                state.bytes += first.bytes
                admitted.append(first.continuation)
                state.waiting.removeFirst()
            }
            if state.hasRoom(bytesMax) { swap(&calls, &state.calls) }
        }
        for continuation in admitted { continuation.resume() }
        for call in calls { call() }
    }

    /// Whether so many bytes, and no more, are in.
    func isHeldOnly(_ bytes: Int) -> Bool { state.withLock { $0.bytes == bytes } }

    /// Whether it is not full, and nobody waits.
    var hasRoom: Bool { state.withLock { $0.hasRoom(bytesMax) } }

    /// Calls something once there is room: now, or on the thread that makes some.
    func whenRoom(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.hasRoom(bytesMax) { return true }
            state.calls.append(body)
            return false
        }
        if isNow { body() }
    }
}

extension InFlightGate.State {
    fileprivate mutating func admit(_ more: Int, _ bytesMax: Int) -> Bool {
        guard waiting.isEmpty, bytes == 0 || bytes + more <= bytesMax else { return false }
        bytes += more
        return true
    }

    fileprivate func hasRoom(_ bytesMax: Int) -> Bool { bytes < bytesMax && waiting.isEmpty }
}
