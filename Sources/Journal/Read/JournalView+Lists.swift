package import Daybook
package import DaybookPlatform

extension JournalView {
    /// Where an ordinal stands in a list, of the events up to a position. Of one that is not there, how many are, and
    /// the position behind that one.
    package func place(
        of ordinal: Ordinal, in list: EventList, upTo head: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> ListPlace {
        try index.place(of: ordinal, in: list, upTo: head, mode)
    }

    /// The next events of a list within bounds, stubs among them, as many as fit into a batch, and how far was looked,
    /// as by `positions`.
    /// - Parameter limit: at least one.
    package func batch(
        of list: EventList, in bounds: ClosedRange<Position>, backwards: Bool, limit: Int,
        _ mode: ReadMode
    ) throws(ReadFailure) -> (batch: EventBatch, lookedAt: Position) {
        let chunk = try index.positions(
            of: list, in: bounds, backwards: backwards,
            limit: min(limit, options.readScatteredEventsMax), mode)
        let batch = try batch(at: chunk.positions, mode)
        let isWhole = batch.count == chunk.positions.count
        return (batch, isWhole ? chunk.lookedAt : batch.lastPosition)
    }
}
