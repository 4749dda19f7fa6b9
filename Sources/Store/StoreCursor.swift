internal import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// Reads what was recorded when it was made, as it was: what a compaction removes meanwhile is read.
final class StoreCursor: EventCursor {
    private let store: EmbeddedStore
    private let read: Read
    /// What was recorded when it was made.
    private let head: Position
    private let pinned: PinnedView
    /// Why it cannot be read; nil as long as nothing is known.
    private let refusal: StoreError?
    private var rest: ReadPlan?
    private var isAtEnd = false

    init(store: EmbeddedStore, read: Read) {
        self.store = store
        self.read = read
        let view = store.journal.view
        head = view.watermark.position
        // Behind the head: all up to there lies in what is pinned.
        pinned = view.pinned
        var refusal: StoreError?
        do throws(ReadFailure) {
            rest = try ReadPlan.make(read, upTo: head, at: store.now, in: view, .cachedOnly)
        } catch {
            // What is not in memory is asked again with the first step.
            if case .failed(let error) = error { refusal = error }
        }
        self.refusal = refusal
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
        if let refusal { throw refusal }
        let (planned, read, head, now) = (rest, read, head, store.now)
        let pinned = pinned
        let (step, rest) = try await store.reading { mode throws(ReadFailure) in
            var plan: ReadPlan
            if let planned {
                plan = planned
            } else {
                plan = try ReadPlan.make(read, upTo: head, at: now, in: pinned.view, mode)
            }
            let step = try plan.step(pinned, mode)
            return (step, plan)
        }
        self.rest = rest
        return step
    }
}
