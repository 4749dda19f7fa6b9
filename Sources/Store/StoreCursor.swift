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
        while true {
            try store.checkOpen()
            if Task.isCancelled { throw .cancelled() }
            if isAtEnd { return nil }
            switch try await step() {
            case .events(let batch): return batch
            case .nothing:
                // A read that asks for little among much may take long: others get their turn.
                await Task.yield()
            case .end: isAtEnd = true
            }
        }
    }

    /// Looks at a little more. Only this is repeated where it has to wait for the device.
    private func step() async throws(StoreError) -> ReadPlan.Step {
        let plan = if let rest { rest } else { try self.plan.get() }
        let view = store.journal.view
        let (step, rest) = try await store.reading { mode throws(ReadFailure) in
            var plan = plan
            let step = try plan.step(view, mode)
            return (step, plan)
        }
        self.rest = rest
        return step
    }
}
