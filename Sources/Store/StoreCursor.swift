internal import Daybook

/// A stepped read, for tasks.
final class StoreCursor: EventCursor {
    private var read: SteppedRead

    init(_ read: SteppedRead) { self.read = read }

    func next() async throws(StoreError) -> EventBatch? {
        while true {
            try read.store.checkOpen()
            if Task.isCancelled { throw .cancelled() }
            let (next, step) = try await read.awaitStep()
            read = next
            switch step {
            case .events(let batch): return batch
            case .end: return nil
            // A read that asks for little among much may take long: others get their turn.
            default: await Task.yield()
            }
        }
    }
}
