package import Daybook
internal import DaybookBytes
package import DaybookPlatform

/// The parts of an index at one moment.
struct IndexParts: Sendable {
    var all: [IndexPart]
    /// Whose they are.
    let index: JournalIndex
    /// The last position they cover.
    var end: Position { all.last?.positions.last ?? 0 }
    /// The last frame they cover.
    var frame: UInt64 { all.last?.extent.end.frame ?? 0 }

    /// Starts reading what they have of a name, of all of them at once, where whoever looks it up may wait.
    func startReading(_ kind: UInt8, _ name: borrowing RawSpan, _ mode: ReadMode) {
        if mode == .cachedOnly { return }
        for case .run(let run) in all { run.startReading(kind, name) }
    }

    /// What is known of a stream by them.
    func facts(_ name: borrowing RawSpan, _ mode: ReadMode) throws(ReadFailure) -> StreamFacts {
        do throws(RunFailure) {
            var deltas: [StreamDelta] = []
            for part in all.reversed() {
                guard let delta = try part.delta(name, mode) else { continue }
                deltas.append(delta)
                if delta.isComplete { break }
            }
            return deltas.reversed().reduce(StreamFacts()) { $0.after($1) }
        } catch {
            throw index.told(error)
        }
    }

    /// What is known by them of some streams, looked up part by part; nil of those that are left out.
    func facts(
        of streams: [some HashedName], but isLeftOut: [Bool], _ mode: ReadMode
    ) throws(ReadFailure) -> [StreamFacts?] {
        var deltas = [StreamDelta?](repeating: nil, count: streams.count)
        var wanted = streams.indices.filter { !isLeftOut[$0] }
        let asked = streams.span
        do throws(RunFailure) {
            for part in all.reversed() where !wanted.isEmpty {
                if !part.mayHaveAny(of: wanted.lazy.map { streams[$0].hash }) { continue }
                var isAnyComplete = false
                for number in wanted {
                    let found = try part.delta(
                        asked[number].bytes.rawSpan, hash: asked[number].hash, mode)
                    guard let found else { continue }
                    if found.isComplete { isAnyComplete = true }
                    deltas[number] = deltas[number].map { found.joined(with: $0) } ?? found
                }
                if isAnyComplete { wanted.removeAll { deltas[$0]?.isComplete ?? false } }
            }
        } catch {
            throw index.told(error)
        }
        return streams.indices.map { number in
            if isLeftOut[number] { return nil }
            return deltas[number].map { StreamFacts().after($0) } ?? StreamFacts()
        }
    }

    /// The mark of a consumer by them.
    func tracking(_ consumer: String, _ mode: ReadMode) throws(ReadFailure) -> TrackingToken? {
        do throws(RunFailure) {
            for part in all.reversed() {
                if let token = try part.tracking(consumer, mode) { return token }
            }
            return nil
        } catch {
            throw index.told(error)
        }
    }

    /// A system record by them.
    func record(_ key: RecordKey, _ mode: ReadMode) throws(ReadFailure) -> RecordValue? {
        do throws(RunFailure) {
            for part in all.reversed() {
                if let said = try part.record(key, mode) { return said }
            }
            return nil
        } catch {
            throw index.told(error)
        }
    }

    /// How many of their events behind a position have the terms of a query.
    func candidates(
        _ query: Query, after: Position, _ counting: Candidates.Counting, _ mode: ReadMode
    ) throws(ReadFailure) -> Candidates? {
        do throws(RunFailure) {
            var sum: Candidates?
            for part in all where part.positions.last > after {
                let found = try part.candidates(query, after: after, counting, mode)
                sum = sum.map { $0 + found } ?? found
            }
            return sum
        } catch {
            throw index.told(error)
        }
    }

    /// The first of their events behind a position whose stream is not the system's.
    func firstOrdinary(after: Position, _ mode: ReadMode) throws(ReadFailure) -> Position? {
        do throws(RunFailure) {
            for part in all where part.positions.last > after {
                if let found = try part.firstOrdinary(after: after, mode) { return found }
            }
            return nil
        } catch {
            throw index.told(error)
        }
    }

    /// How many of their events between two positions are not of the system's streams.
    func ordinaryCount(
        after: Position, upTo last: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> Int {
        do throws(RunFailure) {
            var count = 0
            for part in all { count += try part.ordinaryCount(after: after, upTo: last, mode) }
            return count
        } catch {
            throw index.told(error)
        }
    }

    /// The positions of a request, of those they have.
    func chunk(_ request: IndexRequest, _ mode: ReadMode) throws(ReadFailure) -> IndexChunk {
        let inOrder = request.backwards ? all.reversed() : all
        var chunk = IndexChunk(
            lookedAt: request.backwards ? request.bounds.lowerBound : request.bounds.upperBound)
        do throws(RunFailure) {
            for part in inOrder {
                guard let bounds = part.positions.clamped(to: request.bounds) else { continue }
                var mine = request
                mine.bounds = bounds
                mine.limit = request.limit - chunk.positions.count
                let found = try part.chunk(mine, mode)
                chunk.positions += found.positions
                let end = request.backwards ? mine.bounds.lowerBound : mine.bounds.upperBound
                if found.lookedAt != end || chunk.positions.count >= request.limit {
                    chunk.lookedAt = found.lookedAt
                    return chunk
                }
            }
        } catch {
            throw index.told(error)
        }
        return chunk
    }
}

extension JournalIndex {
    /// The parts of this moment.
    var parts: IndexParts { withLock { IndexParts(all: $0.parts, index: self) } }

    /// The positions of an index request.
    func positions(_ request: IndexRequest, _ mode: ReadMode) throws(ReadFailure) -> IndexChunk {
        if let term = request.soleTerm {
            return try positions(
                of: term, in: request.bounds, backwards: request.backwards,
                limit: min(request.limit, .max / 2), mode)
        }
        let parts = parts
        let isInParts =
            request.backwards
            ? request.bounds.upperBound <= parts.end : request.bounds.lowerBound <= parts.end
        if isInParts {
            var mine = request
            mine.bounds = request.bounds.lowerBound...min(request.bounds.upperBound, parts.end)
            var chunk = try parts.chunk(mine, mode)
            if !request.backwards, chunk.lookedAt == parts.end,
                chunk.lookedAt < request.bounds.upperBound, chunk.positions.count < request.limit
            {
                mine.bounds = parts.end + 1...request.bounds.upperBound
                mine.limit -= chunk.positions.count
                if let recent = recent(mine, behind: parts.frame) {
                    chunk.positions += recent.positions
                    chunk.lookedAt = recent.lookedAt
                }
            }
            return chunk
        }
        var mine = request
        mine.bounds = max(request.bounds.lowerBound, parts.end + 1)...request.bounds.upperBound
        if let found = recent(mine, behind: parts.frame) { return found }
        return try positions(request, mode)
    }

    /// What the recent events have; nil where these do not begin behind a frame any more: a few of them have become
    /// a part, and asking again finds them there.
    private func recent(_ request: IndexRequest, behind frame: UInt64) -> IndexChunk? {
        withLock { $0.partsFrame == frame ? $0.recent.positions(request) : nil }
    }

    /// What is known of a stream.
    package func facts(_ name: String, _ mode: ReadMode) throws(ReadFailure) -> StreamFacts {
        let bytes = Array(name.utf8)
        while true {
            let parts = parts
            let older = try parts.facts(bytes.rawSpan, mode)
            let facts = withLock { content -> StreamFacts? in
                if content.partsFrame != parts.frame { return nil }
                return content.recent.delta(bytes.rawSpan).map { older.after($0) } ?? older
            }
            if let facts { return facts }
        }
    }

    /// The positions of revisions of a stream, as far as there are any, with the first one's revision.
    package func positions(
        stream name: String, revisions: Range<Revision>, _ mode: ReadMode
    ) throws(ReadFailure) -> (first: Revision, positions: [Position]) {
        try positions(stream: Array(name.utf8), revisions: revisions, mode)
    }

    func positions(
        stream bytes: [UInt8], revisions: Range<Revision>, _ mode: ReadMode
    ) throws(ReadFailure) -> (first: Revision, positions: [Position]) {
        while true {
            let parts = parts
            var found: (first: Revision, positions: [Position])?
            do throws(RunFailure) {
                for part in parts.all {
                    let mine = try part.positions(
                        stream: bytes.rawSpan, revisions: revisions, mode)
                    if mine.positions.isEmpty { continue }
                    found = (found?.first ?? mine.first, (found?.positions ?? []) + mine.positions)
                }
            } catch {
                throw told(error)
            }
            let recent = withLock { content -> (first: Revision, positions: [Position])? in
                if content.partsFrame != parts.frame { return nil }
                return content.recent.positions(stream: bytes.rawSpan, revisions: revisions)
            }
            guard let recent else { continue }
            guard let found else { return recent }
            return (found.first, found.positions + recent.positions)
        }
    }

    /// How many events between two positions are not of the system's streams.
    func ordinaryCount(
        after: Position, upTo last: Position, _ mode: ReadMode
    ) throws(ReadFailure) -> Int {
        let (parts, recent) = withLock { content in
            let parts = IndexParts(all: content.parts, index: self)
            let low = max(after, parts.end)
            let recent = content.recent.matchCount(
                .all, after: low, upTo: last, max: .max - 1)
            return (parts, recent)
        }
        return try parts.ordinaryCount(after: after, upTo: last, mode) + recent
    }

    package func tracking(
        _ consumer: String, _ mode: ReadMode
    ) throws(ReadFailure) -> TrackingToken? {
        let (recent, parts) = withLock {
            ($0.values.tracking(consumer), IndexParts(all: $0.parts, index: self))
        }
        if let recent { return recent }
        return try parts.tracking(consumer, mode)
    }

    package func record(
        owner: String, key: String, _ mode: ReadMode
    ) throws(ReadFailure) -> RecordValue? {
        let key = RecordKey(owner, key)
        let (recent, parts) = withLock {
            ($0.values.record(key), IndexParts(all: $0.parts, index: self))
        }
        if let recent { return recent }
        return try parts.record(key, mode)
    }
}

extension JournalIndex {
    /// A failure as it is told to whoever asked for events; a damaged run is made again.
    func told(_ failure: RunFailure) -> ReadFailure {
        switch failure {
        case .wouldBlock: return .wouldBlock
        case .failed(let errno), .unwritable(let errno):
            return .failed(.inputOutput("The index could not be read", "index", errno))
        case .damaged(let path, let offset, let why, let errno):
            return .failed(.indexDamaged(path, offset: offset, why, errno, repair(path)))
        case .stopped: return .failed(.closed())
        }
    }
}
