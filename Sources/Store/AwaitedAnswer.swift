internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// The answer to an append that a task awaits.
final class AwaitedAnswer: Sendable {
    typealias Answer = Result<Appended, StoreError>

    private struct State {
        var answer: Answer?
        var waiting: CheckedContinuation<Answer, Never>?
    }
    private let state = Mutex(State())
    private let isThere = Atomic(false)

    /// Says what it is; once.
    func set(_ answer: Answer) {
        let waiting = state.withLock { state in
            state.answer = answer
            return state.waiting
        }
        isThere.store(true, ordering: .releasing)
        waiting?.resume(returning: answer)
    }

    /// Looks for it without giving the thread away, for so long at most; whether it is there.
    func look(nanoseconds: Int64) -> Bool {
        Spin.wait(nanoseconds: nanoseconds) { isThere.load(ordering: .acquiring) }
    }

    /// Waits for it; asked by one task, once.
    func value() async -> Answer {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state in
                if state.answer == nil { state.waiting = continuation }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}

/// Whether a task that appends alone looks for its answer before it is suspended.
///
/// Waking its thread would take a third as long again as the sync of a fast device. It looks for two such syncs at the most,
/// and where it looked in vain, as on a slow device, the next appends do not.
struct AnswerLooks {
    static let nanosecondsMax: Int64 = 200_000
    /// So many appends do not look after one that has looked in vain.
    static let passedOver = 16
    /// With one core alone, whoever looks keeps those from it who work for him.
    static let areUseful = Host.coreCount() > 1

    private var toPassOver = 0

    /// Whether the next one looks.
    mutating func begins() -> Bool {
        if toPassOver == 0 { return true }
        toPassOver -= 1
        return false
    }

    /// Hears whether one that has looked has found it.
    mutating func ended(found: Bool) {
        if !found { toPassOver = Self.passedOver }
    }
}
