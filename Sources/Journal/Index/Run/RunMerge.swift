internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes one run of neighbouring ones, oldest first: their lists one behind the other, of equal names the latest
/// value.
struct RunMerge {
    let runs: [Run]
    var filterBytesMax = Int.max
    /// Of so many terms or more is counted beforehand how many are different.
    var countedTermsMin = 1 << 18

    /// What they cover together.
    var extent: RunExtent {
        var extent = runs[0].footer.extent
        let last = runs[runs.count - 1].footer.extent
        extent.positions.last = last.positions.last
        extent.end = last.end
        return extent
    }

    /// Writes the run that stands for all of them. Blocks; memory does not grow with the runs, but for the filter,
    /// which is bounded.
    /// - Parameters:
    ///   - stepBytes: about as many bytes are written in one step.
    ///   - pause: called between two steps with the bytes of the last one; what it throws ends the merge.
    /// - Returns: its length in bytes.
    func write(
        to path: String, on disk: any Disk, randomID: UInt64, stepBytes: Int,
        pause: (Int) throws(RunFailure) -> Void
    ) throws(RunFailure) -> Int {
        for (run, next) in zip(runs, runs.dropFirst()) {
            precondition(
                next.footer.extent.follows(run.footer.extent),
                "runs that are merged are neighbours")
            precondition(run.footer.hash == next.footer.hash, "runs of one index have one hash")
        }
        var writer = try RunWriter.create(
            disk, path, extent, randomID: randomID, hash: runs[0].footer.hash,
            terms: try termsAbout, filterBytesMax: filterBytesMax)
        var written = 0
        func step(_ byteCount: Int) throws(RunFailure) {
            let bytes = byteCount - written
            if bytes < stepBytes { return }
            written = byteCount
            try pause(bytes)
        }
        try mergeTerms(into: &writer, step)
        try writer.endTerms()
        try mergeNames(into: &writer, step)
        return try writer.finish()
    }

    /// About as many terms as the merged run will have: many stand in several runs, and a filter with room for each of
    /// them would be several times as long as it has to be. Counted are those of a small part of the hashes.
    private var termsAbout: Int {
        get throws(RunFailure) {
            let all = runs.reduce(0) { $0 + $1.termCount }
            if all < countedTermsMin { return all }
            let part = UInt32(max(1, 1 << runs[0].footer.hash.bits / Self.countedShare) - 1)
            var (read, different) = (0, 0)
            for kind in 0..<RunTerm.kindsMax {
                var merge = try MergedCursors(runs.map { RunTermCursor($0, ofKind: kind) })
                while let oldest = merge.least.first, let order = merge[oldest].term?.order,
                    order <= TermOrder(kind: kind, hash: part)
                {
                    if order.kind == kind {
                        read += merge.least.count
                        different += 1
                    }
                    try merge.advance()
                }
            }
            // A few more, as the part that was looked at may have fewer than others.
            return read == 0 ? all : min(all, all * different / read * 9 / 8)
        }
    }
    private static let countedShare = 64

    private func mergeTerms(
        into writer: inout RunWriter, _ step: (Int) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        let hash = runs[0].footer.hash
        var merge = try MergedCursors(runs.map { RunTermCursor($0) })
        while let oldest = merge.least.first, let found = merge[oldest].found {
            try step(writer.byteCount)
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
        into writer: inout RunWriter, _ step: (Int) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        // Nothing older can hold what a removal would have to hide.
        let isBottom = runs[0].footer.extent.frameBefore == 0
        var merge = try MergedCursors(runs.map { MergedNames(RunNameCursor($0)) })
        while let latest = merge.least.last {
            try step(writer.byteCount)
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
