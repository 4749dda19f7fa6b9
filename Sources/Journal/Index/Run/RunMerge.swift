internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes one run of neighbouring ones, oldest first: their lists one behind the other, of equal names the latest
/// value.
struct RunMerge {
    let runs: [Run]
    var filterBytesMax = Int.max
    /// Terms, chunks of long lists and names between two looks at whether to stop.
    private static let stepsBetweenLooks = 1024

    /// Writes the run that stands for all of them. Blocks; memory does not grow with the runs, but for the filter, which is bounded.
    /// - Parameter isStopped: asked now and then.
    /// - Returns: its length in bytes.
    func write(
        to path: String, on disk: any Disk, randomID: UInt64, isStopped: () -> Bool
    ) throws(RunFailure) -> Int {
        let first = runs[0].footer
        let last = runs[runs.count - 1].footer
        for (run, next) in zip(runs, runs.dropFirst()) {
            precondition(
                run.positions.upperBound &+ 1 == next.positions.lowerBound,
                "runs that are merged are neighbours")
            precondition(run.footer.hash == next.footer.hash, "runs of one index have one hash")
        }
        var extent = first.extent
        extent.positions = first.extent.positions.lowerBound...last.extent.positions.upperBound
        extent.end = last.extent.end
        var writer = try RunWriter.create(
            disk, path, extent, randomID: randomID, hash: first.hash,
            termsMax: runs.reduce(0) { $0 + $1.termCount }, filterBytesMax: filterBytesMax)
        var steps = 0
        func step() throws(RunFailure) {
            steps += 1
            if steps % Self.stepsBetweenLooks == 0 && isStopped() { throw .stopped }
        }
        try mergeTerms(into: &writer, step)
        try writer.endTerms()
        try mergeNames(into: &writer, step)
        return try writer.finish()
    }

    private func mergeTerms(
        into writer: inout RunWriter, _ step: () throws(RunFailure) -> Void
    ) throws(RunFailure) {
        let hash = runs[0].footer.hash
        var merge = try MergedCursors(runs.map { RunTermCursor($0) })
        while let oldest = merge.least.first, let found = merge[oldest].found {
            try step()
            var count = 0
            var delta: StreamDelta?
            for index in merge.least {
                guard let term = merge[index].term else { continue }
                count += term.count
                if let mine = term.delta { delta = delta?.joined(with: mine) ?? mine }
            }
            let name = found.block.content.extracting(found.term.name)
            try writer.beginTerm(
                found.term.order, name, hash: hash.whole(name, found.term.order.kind),
                count: count, delta: delta)
            for index in merge.least { try merge[index].copyPositions(to: &writer, step) }
            try writer.endTerm()
            try merge.advance()
        }
    }

    private func mergeNames(
        into writer: inout RunWriter, _ step: () throws(RunFailure) -> Void
    ) throws(RunFailure) {
        // Nothing older can hold what a removal would have to hide.
        let isBottom = runs[0].positions.lowerBound == 1
        var merge = try MergedCursors(runs.map { MergedNames(RunNameCursor($0)) })
        while let latest = merge.least.last {
            try step()
            if let name = merge[latest].name, !(isBottom && name.isRemoval) {
                try writer.addName(name.kind, name.name.rawSpan, value: name.value.rawSpan)
            }
            try merge.advance()
        }
    }
}

/// The names of a run.
private final class MergedNames: MergeCursor {
    private var cursor: RunNameCursor

    init(_ cursor: RunNameCursor) { self.cursor = cursor }

    var name: RunName? { cursor.name }
    var isAtEnd: Bool { cursor.name == nil }

    func advance() throws(RunFailure) { try cursor.advance(.mayBlock) }

    func precedes(_ other: MergedNames) -> Bool? {
        guard let name, let others = other.name else { return nil }
        if name.kind != others.kind { return name.kind < others.kind }
        return name.name.rawSpan.precedes(others.name.rawSpan)
    }
}

/// Goes through something that is in order.
protocol MergeCursor: AnyObject {
    var isAtEnd: Bool { get }
    func advance() throws(RunFailure)
    /// Whether it stands before another; nil where both stand at the same.
    func precedes(_ other: Self) -> Bool?
}

/// Cursors that go through all they have in one order.
struct MergedCursors<Cursor: MergeCursor> {
    private let cursors: [Cursor]
    /// Those not at their end, by where they stand; of those at the same, oldest first.
    ///
    /// A sorted list: they are few, and the one that moved is often the first again.
    private var order: [Int] = []
    private var leastCount = 0

    init(_ cursors: [Cursor]) throws(RunFailure) {
        self.cursors = cursors
        for index in cursors.indices { try advance(index) }
        countLeast()
    }

    subscript(index: Int) -> Cursor { cursors[index] }

    /// The cursors that stand at the first of all, oldest first.
    var least: ArraySlice<Int> { order[..<leastCount] }

    /// Moves those on.
    mutating func advance() throws(RunFailure) {
        for _ in 0..<leastCount { try advance(order.removeFirst()) }
        countLeast()
    }

    private mutating func advance(_ index: Int) throws(RunFailure) {
        let cursor = cursors[index]
        try cursor.advance()
        if cursor.isAtEnd { return }
        var place = 0
        while place < order.count {
            let other = order[place]
            if cursor.precedes(cursors[other]) ?? (index < other) { break }
            place += 1
        }
        order.insert(index, at: place)
    }

    private mutating func countLeast() {
        leastCount = min(1, order.count)
        guard let first = order.first else { return }
        while leastCount < order.count,
            cursors[first].precedes(cursors[order[leastCount]]) == nil
        { leastCount += 1 }
    }
}
