internal import Daybook
internal import DaybookHTTP
internal import DaybookJournal
internal import DaybookStore

/// An append that the store has, and who waits for its answer.
///
/// All of it is made on the loop of the call, and freed there: a thread of the store's that freed it would have the
/// allocator's lock when the loop wants it, and took an eighth of the loop's time so.
final class AwaitedAppend<Waiter>: @unchecked Sendable {
    // Safe: used on the loop alone, but by `answered`, on a thread of the store's before the loop is told.
    private let desk: AppendDesk
    private let loop: any EventLoop
    private let eventCount: Int
    private let beganAt: Int64
    private let waiter: Waiter
    private let answer: AppendDesk.Answer<Waiter>
    private var result: Result<Appended, StoreError>?
    /// Kept until the loop is told. It holds what it calls, and so this.
    private var append: PendingAppend?

    init(
        _ proposed: ProposedAppend, of desk: AppendDesk, since beganAt: Int64,
        on loop: any EventLoop, for waiter: Waiter, _ answer: @escaping AppendDesk.Answer<Waiter>
    ) {
        self.desk = desk
        self.loop = loop
        self.beganAt = beganAt
        self.waiter = waiter
        self.answer = answer
        eventCount = proposed.eventCount
    }

    /// Has the store record it.
    func submit(
        _ proposed: ProposedAppend, from submitter: StoreSubmitter?
    ) throws(StoreError) {
        let prepared = try desk.store.prepare(
            proposed.takeEvents(), proposed.terms, from: submitter
        ) { self.answered($0) }
        append = prepared
        desk.store.submit(prepared)
    }

    /// On a thread of the store's.
    private func answered(_ result: Result<Appended, StoreError>) {
        desk.tell(result, eventCount, since: beganAt)
        self.result = result
        loop.post { self.tell() }
    }

    /// Tells who waits, once.
    private func tell() {
        append = nil
        guard let result else { preconditionFailure("an append has its result when it is told") }
        answer(waiter, result)
    }
}
