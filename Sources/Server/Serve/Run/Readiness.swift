package import Daybook
internal import Synchronization

/// Whether requests are served, and if not, why.
package final class Readiness: Sendable {
    /// The course of a server's life; it never goes back.
    package enum Stage: Int, Sendable {
        case opening
        case serving
        case draining
    }

    private struct State {
        var stage = Stage.opening
        var hasServed = false
        /// Of the opening: positions read, and all there are to read.
        var progress: (done: Position, all: Position)?
        /// Why a journal has stopped, if one did.
        var stopped: (@Sendable () -> String?)?
    }

    private let state = Mutex(State())

    package init() {}

    package var stage: Stage { state.withLock { $0.stage } }

    package func opened(_ done: Position, of all: Position) {
        state.withLock { $0.progress = (done, all) }
    }

    /// Serves from now on, unless it is to end already.
    /// - Parameter stopped: asked each time why a journal takes no more appends; nil: all do.
    package func serve(stopped: @escaping @Sendable () -> String?) {
        state.withLock { state in
            state.stopped = stopped
            if state.stage == .opening { (state.stage, state.hasServed) = (.serving, true) }
        }
    }

    /// Whether it ever said that it serves.
    var hasServed: Bool { state.withLock { $0.hasServed } }

    package func drain() { state.withLock { $0.stage = .draining } }

    /// Why requests are not served, in words; nil: they are.
    package var reasonAgainst: String? {
        let (stage, progress, stopped) = state.withLock { ($0.stage, $0.progress, $0.stopped) }
        switch stage {
        case .opening:
            let share = progress.map { ": \($0.done) of \($0.all) events are read" } ?? ""
            return "The store is being opened\(share)."
        case .draining: return "The server is ending: new requests belong elsewhere."
        case .serving: return stopped?()
        }
    }
}
