internal import Daybook
internal import DaybookJournal

/// Reads what was recorded when it was made.
final class StoreCursor: EventCursor {
    private let store: EmbeddedStore
    private let plan: Result<ReadPlan, StoreError>
    private var rest: ReadPlan?
    private var isAtEnd = false

    init(store: EmbeddedStore, read: Read) {
        self.store = store
        plan = Result { () throws(StoreError) in try ReadPlan.make(read, in: store.journal.view) }
    }

    func next() async throws(StoreError) -> EventBatch? {
        try store.checkOpen()
        if isAtEnd { return nil }
        let plan = if let rest { rest } else { try self.plan.get() }
        let view = store.journal.view
        let (batch, rest) = try await store.reading { mode throws(ReadFailure) in
            var plan = plan
            let batch = try plan.next(view, mode)
            return (batch, plan)
        }
        self.rest = rest
        isAtEnd = batch == nil
        return batch
    }
}
