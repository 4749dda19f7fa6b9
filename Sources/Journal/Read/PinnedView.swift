package import Daybook
package import DaybookPlatform

/// Why a read gave nothing.
package enum ReadFailure: Error {
    /// It would have had to wait for the device, or to work for long: ask again where that is allowed.
    case wouldBlock
    case failed(StoreError)
}

/// A journal with the segments it had at one moment: whatever a compaction in this process replaces meanwhile is read as
/// it was. Whoever holds it keeps the files of those segments on the disk.
package struct PinnedView: Sendable {
    package let view: JournalView
    let segments: [Segment]

    /// The segment in which a position lies.
    func segment(of position: Position) -> Segment? {
        // The first whose first position is greater, by halving; the one before it.
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].firstPosition <= position {
                low = middle + 1
            } else {
                high = middle
            }
        }
        // A segment without events shares its first position with the next one.
        return low == 0 ? nil : segments[low - 1]
    }

    /// Events one behind the other from a position on, up to and including `last`: as many as fit into a
    /// batch, at least one. All of them lie in one segment.
    package func batch(
        from position: Position, upTo last: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        do throws(ReadFailure) {
            return try readBatch(from: position, upTo: last, mode)
        } catch {
            return try replaced(after: error).readBatch(from: position, upTo: last, mode)
        }
    }

    /// The events at positions, in the order given: as many from the first on as fit into a batch, at least
    /// one. Neighbours are read together.
    package func batch(
        at positions: [Position], _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        do throws(ReadFailure) { return try readBatch(at: positions, mode) } catch {
            return try replaced(after: error).readBatch(at: positions, mode)
        }
    }

    /// The events at some of the positions that match a query, as many as fit into a batch, and how far was looked,
    /// as by `positions`. None where it paused before it came to one.
    package func batch(
        _ request: IndexRequest, _ mode: ReadMode
    ) throws(ReadFailure) -> (batch: EventBatch, lookedAt: Position) {
        let chunk = try view.positions(request, mode)
        let batch = try batch(at: chunk.positions, mode)
        let isWhole = batch.count == chunk.positions.count
        return (batch, isWhole ? chunk.lookedAt : batch.lastPosition)
    }

    /// What to read in where a read failed because another process has replaced files.
    /// - Throws: the failure, where that is not so.
    private func replaced(after failure: ReadFailure) throws(ReadFailure) -> PinnedView {
        guard case .failed(let error) = failure else { throw failure }
        let isReplaced: Bool
        do throws(StoreError) { isReplaced = try view.isReplaced(after: error) } catch {
            throw .failed(error)
        }
        guard isReplaced else { throw failure }
        return view.pinned
    }
}

extension JournalView {
    /// As it is now.
    package var pinned: PinnedView { PinnedView(view: self, segments: allSegments) }

    /// The same of what there is at this moment.
    package func batch(
        from position: Position, upTo last: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        try pinned.batch(from: position, upTo: last, mode)
    }

    package func batch(
        at positions: [Position], _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        try pinned.batch(at: positions, mode)
    }

    package func batch(
        _ request: IndexRequest, _ mode: ReadMode
    ) throws(ReadFailure) -> (batch: EventBatch, lookedAt: Position) {
        try pinned.batch(request, mode)
    }
}
