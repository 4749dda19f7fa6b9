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
    let list: SegmentList

    /// The segment in which a position lies.
    func segment(of position: Position) -> Segment? {
        list.number(of: position).map { list.all[$0] }
    }

    /// Events one behind the other from a position on, up to and including `last`: as many as fit into a
    /// batch, at least one. All of them lie in one segment. Damage ends a batch before it.
    /// - Throws: `corrupt`, `inputOutput` where the first of them is damaged.
    package func batch(
        from position: Position, upTo last: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        let count = Int(min(last - position + 1, Position(view.options.readBatchEventsMax)))
        return try reading { pinned throws(ReadFailure) in
            try pinned.beforeDamage(count) { count throws(ReadFailure) in
                try pinned.readBatch(from: position, count: count, mode)
            }
        }
    }

    /// The events at positions, in the order given: as many from the first on as fit into a batch, at least
    /// one. Neighbours are read together. Damage ends a batch before it.
    /// - Throws: `corrupt`, `inputOutput` where the first of them is damaged.
    package func batch(
        at positions: [Position], _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        try reading { pinned throws(ReadFailure) in
            try pinned.beforeDamage(positions.count) { count throws(ReadFailure) in
                try pinned.readBatch(at: positions.prefix(count), mode)
            }
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

    /// Reads, and again in what took the place of files that another process has replaced.
    func reading<Result>(
        _ body: (PinnedView) throws(ReadFailure) -> Result
    ) throws(ReadFailure) -> Result {
        var pinned: PinnedView
        do throws(ReadFailure) { return try body(self) } catch {
            pinned = try replaced(after: error)
        }
        for _ in 2..<WriterSign.looksMax {
            do throws(ReadFailure) { return try body(pinned) } catch {
                pinned = try pinned.replaced(after: error)
            }
        }
        return try body(pinned)
    }

    /// What to read in where a read failed because another process has replaced files.
    /// - Throws: the failure, where that is not so.
    private func replaced(after failure: ReadFailure) throws(ReadFailure) -> PinnedView {
        guard case .failed(let error) = failure, error.mayBeStale else { throw failure }
        // Somebody else may have noticed it already.
        let known = view.pinned
        if known.differs(from: self) { return known }
        do throws(StoreError) { try view.lookAgainAtFiles() } catch { throw .failed(error) }
        let now = view.pinned
        guard now.differs(from: self) else { throw failure }
        return now
    }

    /// Whether another file is read for one of the other's segments: segments are added, and replaced in their places.
    private func differs(from other: PinnedView) -> Bool {
        zip(list.all, other.list.all).contains { $0 !== $1 }
    }
}

extension JournalView {
    /// As it is now.
    package var pinned: PinnedView { PinnedView(view: self, list: segmentList) }

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

extension StoreError {
    /// Whether a file that was replaced meanwhile can be the reason.
    fileprivate var mayBeStale: Bool { code == .corrupt || systemError == Errno.ENOENT.code }
}
