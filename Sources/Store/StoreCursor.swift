internal import Daybook

/// A stepped read, for tasks.
final class StoreCursor: EventCursor {
    private var read: SteppedRead

    init(_ read: SteppedRead) { self.read = read }

    func next() async throws(StoreError) -> EventBatch? {
        while true {
            if Task.isCancelled { throw .cancelled() }
            var step = try read.step()
            if case .waiting = step {
                let (next, made) = try await read.awaitStep()
                read = next
                step = made
            }
            switch step {
            case .events(let batch):
                if read.store.turns.isOver(events: batch.count) { await Task.yield() }
                return batch
            case .end:
                if read.store.turns.isOver(events: 0) { await Task.yield() }
                return nil
            // A read that asks for little among much may take long: others get their turn.
            default: await Task.yield()
            }
        }
    }
}
