package import Daybook
package import DaybookJournal

/// Events that follow one another in a list, stubs among them.
package struct ListedEvents: Sendable {
    package let batch: EventBatch
    /// Of the first of the batch.
    private let first: Ordinal
    private let isBackwards: Bool
    /// Of each of the batch; empty where nobody asked for it.
    private let readable: [Bool]

    package var isEmpty: Bool { batch.isEmpty }
    package var count: Int { batch.count }
    package var indices: Range<Int> { batch.indices }

    init(_ batch: EventBatch, from first: Ordinal, backwards: Bool, readable: [Bool]) {
        self.batch = batch
        self.first = first
        isBackwards = backwards
        self.readable = readable
    }

    /// Its place in the list.
    package func ordinal(at index: Int) -> Ordinal {
        isBackwards ? first - Ordinal(index) : first + Ordinal(index)
    }

    /// Whether a read of its stream gives the event: it is neither deleted nor gone by the metadata of the stream; no
    /// where nobody asked the list to say so.
    package func isReadable(at index: Int) -> Bool { !readable.isEmpty && readable[index] }
}
