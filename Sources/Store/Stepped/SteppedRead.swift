package import Daybook
package import DaybookJournal
package import DaybookPlatform

/// A read of what was recorded when it was made, as it was: what a compaction removes meanwhile is read.
package struct SteppedRead: SteppedReading {
    package let store: EmbeddedStore
    private let read: Read
    /// What was recorded when it was made.
    private let head: Position
    private let pinned: PinnedView
    /// Why it cannot be read; nil as long as nothing is known.
    private var refusal: StoreError?
    private var rest: ReadPlan?
    private var isAtEnd = false

    /// - Parameter read: validated.
    init(_ read: Read, of store: EmbeddedStore) {
        self.store = store
        self.read = read
        head = store.journal.view.watermark.position
        // Behind the head: all up to there lies in what is pinned.
        pinned = store.journal.view.pinned
        do throws(ReadFailure) { rest = try plan(.cachedOnly) } catch {
            // What is not in memory is asked again with the first step.
            if case .failed(let error) = error { refusal = error }
        }
    }

    private func plan(_ mode: ReadMode) throws(ReadFailure) -> ReadPlan {
        try ReadPlan.make(read, upTo: head, at: store.now, in: pinned.view, mode)
    }

    package mutating func step(_ mode: ReadMode) throws(ReadFailure) -> StoreStep<EventBatch> {
        if isAtEnd { return .end }
        if let refusal { throw .failed(refusal) }
        if rest == nil {
            let made = try plan(mode)
            rest = made
        }
        let step = try rest!.step(pinned, mode)
        if case .end = step { isAtEnd = true }
        return step
    }
}
