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
    private let placeNumber = Atomic<Int>(0)

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

    /// Its number in the order of its submitter, who alone gives and reads it, under his lock.
    var place: Int {
        get { placeNumber.load(ordering: .relaxed) }
        set { placeNumber.store(newValue, ordering: .relaxed) }
    }
}
