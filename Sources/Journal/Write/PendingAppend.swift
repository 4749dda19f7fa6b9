package import Daybook
internal import DaybookBytes
internal import Synchronization

/// How an append ends: called once, on one of the journal's threads; it must not block.
package typealias Completion = @Sendable (Result<Appended, StoreError>) -> Void

/// An append on its way: encoded, perhaps resolved, to be answered once.
///
/// Whoever submits it may keep it until he has the answer, and then it is freed where it was made: memory that one thread
/// takes and another gives back is what allocators are slow with.
package final class PendingAppend: Sendable {
    let encoded: EncodedAppend
    /// Whose order it keeps, nil where it keeps none.
    let submitter: Submitter?
    let done: Completion
    /// What it holds room of until it is answered.
    private let gate: InFlightGate?
    private let lateFacts = Atomic<Int>(0)

    init(
        _ encoded: EncodedAppend, _ submitter: Submitter?, leaving gate: InFlightGate? = nil,
        _ done: @escaping Completion
    ) {
        self.encoded = encoded
        self.submitter = submitter
        self.gate = gate
        self.done = done
    }

    /// Answers it, once.
    func end(_ result: Result<Appended, StoreError>) {
        leave()
        done(result)
    }

    /// Gives its room back, right before it is answered.
    func leave() { gate?.leave(encoded.bytesInFlight) }

    /// Hears that its facts were too old when it was decided: how often that has been so.
    func countLateFacts() -> Int {
        lateFacts.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// Whoever submits through it has its appends decided in the order of `submit`, though they are resolved side
/// by side.
package final class Submitter: Sendable {
    /// An append that has not reached the writer, with its facts once it is resolved.
    private struct Waiting {
        var append: PendingAppend
        var facts: Facts?
    }
    private let waiting = Mutex<[Waiting]>([])

    package init() {}

    /// Takes a place in the order.
    func enter(_ append: PendingAppend) {
        waiting.withLock { $0.append(Waiting(append: append)) }
    }

    /// Hears that one of its appends is resolved, or (without facts) has ended; hands on those whose turn it is
    /// now. `deliver` is called with the order held, so that nobody comes between.
    func resolved(
        _ append: PendingAppend, _ facts: Facts?, deliver: (PendingAppend, Facts) -> Void
    ) {
        waiting.withLock { waiting in
            if let index = waiting.firstIndex(where: { $0.append === append }) {
                if let facts { waiting[index].facts = facts } else { waiting.remove(at: index) }
            }
            while let first = waiting.first, let facts = first.facts {
                deliver(first.append, facts)
                waiting.removeFirst()
            }
        }
    }

    /// Appends whose facts were too old when they were decided, and those behind them, take their places in
    /// front again. `recall` takes back what had been handed on since.
    func putBack(_ appends: [PendingAppend], recall: () -> [PendingAppend]) -> [PendingAppend] {
        waiting.withLock { waiting in
            let all = appends + recall()
            waiting.insert(contentsOf: all.map { Waiting(append: $0) }, at: 0)
            return all
        }
    }
}
