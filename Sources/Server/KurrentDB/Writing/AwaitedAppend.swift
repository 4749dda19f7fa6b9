internal import Daybook
internal import DaybookJournal

/// An append that the store has, and who waits for its answer.
///
/// All of it is made on the loop of the call, and freed there: a thread of the store's that freed it would have the
/// allocator's lock when the loop wants it, and took an eighth of the loop's time so.
final class AwaitedAppend<Waiter>: @unchecked Sendable {
    // Safe: used on the loop alone, but for the result, which a thread of the store's sets before the loop is told.
    private let waiter: Waiter
    private let answer: WritingDesk.Answer<Waiter>
    /// Set before it is told.
    var result: Result<Appended, StoreError>?
    /// Kept until then. It holds what it calls, and so this.
    var append: PendingAppend?

    init(_ waiter: Waiter, _ answer: @escaping WritingDesk.Answer<Waiter>) {
        self.waiter = waiter
        self.answer = answer
    }

    /// Tells who waits; on the loop, once.
    func tell() {
        append = nil
        guard let result else { preconditionFailure("an append has its result when it is told") }
        answer(waiter, result)
    }
}
