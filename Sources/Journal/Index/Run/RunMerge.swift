internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes one run of neighbouring ones, oldest first: their lists one behind the other, of equal names the latest
/// value.
struct RunMerge {
    let runs: [Run]
    /// Terms and names between two looks at whether to stop.
    private static let stepsBetweenLooks = 1024

    /// Writes the run that stands for all of them. Blocks; memory does not grow with the runs.
    /// - Parameter isStopped: asked now and then.
    /// - Returns: its length in bytes.
    func write(
        to path: String, on disk: any Disk, randomID: UInt64, isStopped: () -> Bool
    ) throws(RunFailure) -> Int {
        let first = runs[0].footer
        let last = runs[runs.count - 1].footer
        var extent = last.extent
        extent.positions = first.extent.positions.lowerBound...last.extent.positions.upperBound
        var writer = try RunWriter.create(
            disk, path, extent, randomID: randomID, hash: first.hash,
            termsMax: runs.reduce(0) { $0 + $1.termCount })
        try mergeTerms(into: &writer, isStopped)
        try writer.endTerms()
        try mergeNames(into: &writer, isStopped)
        return try writer.finish()
    }

    private func mergeTerms(
        into writer: inout RunWriter, _ isStopped: () -> Bool
    ) throws(RunFailure) {
        let hash = runs[0].footer.hash
        var cursors: [RunTermCursor] = []
        for run in runs {
            cursors.append(RunTermCursor(run))
            try cursors[cursors.count - 1].advance()
        }
        var steps = 0
        while true {
            steps += 1
            if steps % Self.stepsBetweenLooks == 0 && isStopped() { throw .stopped }
            let same = Self.least(cursors)
            guard let index = same.first, let found = cursors[index].found else { return }
            var count = 0
            var delta: StreamDelta?
            for index in same {
                guard let term = cursors[index].term else { continue }
                count += term.count
                if let mine = term.delta { delta = delta?.joined(with: mine) ?? mine }
            }
            let name = found.block.content.extracting(found.term.name)
            try writer.beginTerm(
                found.term.order, name, hash: hash.whole(name, found.term.order.kind),
                count: count, delta: delta)
            for index in same {
                try cursors[index].copyPositions(to: &writer)
                try cursors[index].advance()
            }
            try writer.endTerm()
        }
    }

    /// The cursors that stand at the first of all terms, oldest run first.
    private static func least(_ cursors: [RunTermCursor]) -> [Int] {
        var same: [Int] = []
        for index in cursors.indices {
            guard let order = cursors[index].term?.order else { continue }
            guard let best = same.first, let least = cursors[best].term?.order else {
                same = [index]
                continue
            }
            if order > least { continue }
            let isBefore = order < least ? true : cursors[index].precedes(cursors[best])
            switch isBefore {
            case true: same = [index]
            case nil: same.append(index)
            default: break
            }
        }
        return same
    }

    private func mergeNames(
        into writer: inout RunWriter, _ isStopped: () -> Bool
    ) throws(RunFailure) {
        // Nothing older can hold what a removal would have to hide.
        let isBottom = runs[0].positions.lowerBound == 1
        var cursors = runs.map { RunNameCursor($0) }
        for index in cursors.indices { try cursors[index].advance(.mayBlock) }
        var steps = 0
        while true {
            steps += 1
            if steps % Self.stepsBetweenLooks == 0 && isStopped() { throw .stopped }
            var latest: RunName?
            for cursor in cursors {
                guard let name = cursor.name else { continue }
                if let least = latest, least.precedes(name.kind, name.name) { continue }
                latest = name
            }
            guard let latest else { return }
            for index in cursors.indices {
                if let name = cursors[index].name, name.kind == latest.kind,
                    name.name == latest.name
                {
                    try cursors[index].advance(.mayBlock)
                }
            }
            if isBottom && latest.isRemoval { continue }
            try writer.addName(
                latest.kind, latest.name.rawSpan, value: latest.value.rawSpan)
        }
    }
}
