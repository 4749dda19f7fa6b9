internal import DaybookGRPC
internal import Synchronization

/// What a call brings, from its loop to the one task that asks for it.
final class Mailbox<Element: Sendable>: Sendable {
    /// What is taken out.
    enum Taken: Sendable {
        case element(Element)
        /// There is nothing more: nil where the server says that this was all.
        case ended(GRPCFailure?)
        /// The task that waits was cancelled.
        case cancelled
    }

    private struct State {
        var elements: [(element: Element, byteCount: Int)] = []
        var byteCount = 0
        /// Whether whoever sends them was told to wait.
        var isHeld = false
        var end: GRPCFailure??
        var waiter: CheckedContinuation<Taken, Never>?

        /// The first, and whether that relieves a sender who waits.
        mutating func takeFirst(below bytes: Int) -> (Taken?, isRelieved: Bool) {
            // Few lie here: batches are large parts of a window.
            let (element, count) = elements.removeFirst()
            byteCount -= count
            let isRelieved = isHeld && byteCount <= bytes
            if isRelieved { isHeld = false }
            return (.element(element), isRelieved)
        }
    }

    private let state = Mutex(State())
    /// Bytes that may lie here before whoever sends them is told to wait.
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Puts something in.
    /// - Returns: Whether no more is to come until a `take` has it resumed.
    func put(_ element: Element, byteCount: Int) -> Bool {
        let (waiter, isHeld) = state.withLock { state in
            if state.end != nil { return (nil as CheckedContinuation<Taken, Never>?, false) }
            if let waiter = state.waiter.take() { return (waiter, false) }
            state.elements.append((element, byteCount))
            state.byteCount += byteCount
            state.isHeld = state.byteCount >= bytesMax
            return (nil, state.isHeld)
        }
        waiter?.resume(returning: .element(element))
        return isHeld
    }

    /// Nothing more comes; what lies here is still given out.
    func end(_ failure: GRPCFailure?) {
        let waiter = state.withLock { state -> CheckedContinuation<Taken, Never>? in
            if state.end != nil { return nil }
            state.end = .some(failure)
            return state.waiter.take()
        }
        waiter?.resume(returning: .ended(failure))
    }

    /// The next; waits for it. One task at a time.
    /// - Parameter resume: Called where more may be sent again.
    func take(resume: () -> Void) async -> Taken {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (taken, isRelieved) = state.withLock { state -> (Taken?, Bool) in
                    if !state.elements.isEmpty { return state.takeFirst(below: bytesMax / 2) }
                    if let end = state.end { return (.ended(end), false) }
                    // A handler that ran before this found nobody to wake.
                    if Task.isCancelled { return (.cancelled, false) }
                    state.waiter = continuation
                    return (nil, false)
                }
                if isRelieved { resume() }
                if let taken { continuation.resume(returning: taken) }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume(returning: .cancelled)
        }
    }
}
