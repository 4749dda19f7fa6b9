internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// Events here and there. What is in memory is read where it lies; at the first that is not, the device is asked for all
// that are left, and only then waited for: ten that lie apart take as long as one.

extension PinnedView {
    func readBatch(
        at positions: ArraySlice<Position>, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch {
        let found = try places(of: positions, mode)
        let block = try read(found, mode)
        var entries: [EventBatch.Entry] = []
        entries.reserveCapacity(found.places.count)
        var base = 0
        var isPlain = true
        for run in found.runs {
            let segment = list.all[run.segment]
            if segment.dictionary != nil { isPlain = false }
            for place in found.places[run.places] {
                let offset = base + place.start - run.start
                let length = try verified(
                    block.bytes, offset, position: place.position, segment,
                    base: run.start - base)
                entries.append(
                    EventBatch.Entry(position: place.position, offset: offset, length: length))
            }
            base += run.byteCount
        }
        if isPlain { return EventBatch(block: block, entries: entries) }
        return try view.plain(block, entries, sources(found.runs), mode)
    }

    private func sources(_ runs: [ScatteredPlaces.Run]) -> [PlainBatch.Source] {
        var base = 0
        return runs.map { run in
            defer { base += run.byteCount }
            return PlainBatch.Source(
                segment: list.all[run.segment], count: run.places.count, base: run.start - base)
        }
    }

    // MARK: Where they lie

    /// Where events lie: as many from the first on as fit into a batch, at least one.
    private func places(
        of positions: ArraySlice<Position>, _ mode: ReadMode
    ) throws(ReadFailure) -> ScatteredPlaces {
        var found = ScatteredPlaces(countMax: positions.count)
        var bytes = 0
        var hasAsked = false
        var number = 0
        var starts: SettledStarts?
        for (index, position) in zip(positions.indices, positions) {
            if bytes >= view.options.readBatchBytes { break }
            if index == positions.startIndex || !list.holds(position, at: number) {
                guard let next = list.number(of: position) else { throw .failed(lost(position)) }
                number = next
                starts = list.all[number].settledStarts
            }
            let segment = list.all[number]
            let extent: Range<Int>
            if let known = starts?.extent(of: Int(position - segment.firstPosition)) {
                extent = known
            } else {
                extent = try self.extent(
                    of: position, in: segment, before: positions[index...], &hasAsked, mode)
            }
            let share = segment.dictionary == nil ? 1 : PlainBatch.storedShare
            bytes += extent.count * share
            found.add(position, extent, segment: number, gap: view.options.readGapBytes)
        }
        return found
    }

    /// Where the event at a position lies, in a segment of which not all offsets are in memory.
    /// - Parameter rest: the positions that are still looked for, this one among them.
    private func extent(
        of position: Position, in segment: Segment, before rest: ArraySlice<Position>,
        _ hasAsked: inout Bool, _ mode: ReadMode
    ) throws(ReadFailure) -> Range<Int> {
        let starts: (first: UInt32, next: UInt32?)?
        do throws(ReadFailure) {
            starts = try segment.start(of: position, hasAsked ? mode : .cachedOnly)
        } catch {
            guard case .wouldBlock = error, mode == .mayBlock else { throw error }
            hasAsked = true
            askForStarts(of: rest)
            starts = try segment.start(of: position, mode)
        }
        guard let starts else { throw .failed(lost(position)) }
        let start = Int(starts.first)
        if let next = starts.next { return start..<Int(next) }
        // The last one: where little follows it, all up to there is read, and else its length first.
        let rest = segment.usedBytes - start
        if rest <= view.options.readGapBytes { return start..<start + rest }
        do throws(ReadFailure) {
            let length = try length(start, in: segment, .cachedOnly)
            return start..<start + length
        } catch {
            guard case .wouldBlock = error, mode == .mayBlock else { throw error }
        }
        // Waiting for four bytes takes longer than reading what follows it in vain.
        if rest <= view.options.readBatchBytes { return start..<start + rest }
        return start..<start + (try length(start, in: segment, mode))
    }

    private func askForStarts(of positions: ArraySlice<Position>) {
        var last: Int?
        for position in positions {
            guard let number = list.number(of: position), number != last else { continue }
            let segment = list.all[number]
            if segment.settledStarts != nil || segment.askForStart(of: position) { last = number }
        }
    }

    // MARK: What lies there

    private func read(
        _ found: ScatteredPlaces, _ mode: ReadMode
    ) throws(ReadFailure) -> SharedBytes {
        let total = found.byteCount
        // Safe: each run is read into its own part of the block.
        return try unsafe SharedBytes(capacity: total) { buffer throws(ReadFailure) in
            var at = 0
            var hasAsked = false
            for index in found.runs.indices {
                let run = found.runs[index]
                let segment = list.all[run.segment]
                let part = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: buffer[at..<at + run.byteCount])
                do throws(ReadFailure) {
                    try unsafe read(
                        into: part, at: run.start, of: segment, hasAsked ? mode : .cachedOnly)
                } catch {
                    guard case .wouldBlock = error, mode == .mayBlock else { throw error }
                    hasAsked = true
                    ask(for: found.runs[index...])
                    try unsafe read(into: part, at: run.start, of: segment, mode)
                }
                at += run.byteCount
            }
            return total
        }
    }

    private func ask(for runs: ArraySlice<ScatteredPlaces.Run>) {
        for run in runs { list.all[run.segment].file.startReadahead(run.start..<run.end) }
    }
}
