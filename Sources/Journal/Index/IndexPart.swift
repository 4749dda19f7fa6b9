internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The index of some segments that get no more events: in memory until it is written as a run.
final class FrozenIndex: Sendable {
    let events: EventIndex
    let values: RecentValues
    let extent: RunExtent
    /// Bytes of memory it holds, about.
    let memoryBytes: Int

    init(events: EventIndex, values: RecentValues, extent: RunExtent) {
        self.events = events
        self.values = values
        self.extent = extent
        memoryBytes = events.memoryBytes + values.memoryBytes
    }

    /// Writes it as a run. Blocks.
    /// - Returns: the length of the file.
    func write(
        to path: String, on disk: any Disk, randomID: UInt64, hash: NameHash,
        filterBytesMax: Int = .max
    ) throws(RunFailure) -> Int {
        var writer = try RunWriter.create(
            disk, path, extent, randomID: randomID, hash: hash, terms: events.termCount,
            filterBytesMax: filterBytesMax)
        try events.writeTerms(to: &writer, hash: hash)
        try writer.endTerms()
        let names = events.streamNames
        for number in events.newStreams() {
            try writer.addName(
                RunName.Kind.stream.rawValue, names.name(number), value: RawSpan())
        }
        try values.write(to: &writer)
        return try writer.finish()
    }
}

/// The index of a stretch of the journal that does not change any more.
enum IndexPart: Sendable {
    case frozen(FrozenIndex)
    case run(Run)

    var extent: RunExtent {
        switch self {
        case .frozen(let frozen): frozen.extent
        case .run(let run): run.footer.extent
        }
    }
    var positions: PositionSpan { extent.positions }

    /// What its events did to a stream, nil where it knows nothing of it.
    /// - Parameter hash: of its name, where the caller has it.
    func delta(
        _ stream: borrowing RawSpan, hash: UInt64? = nil, _ mode: ReadMode
    ) throws(RunFailure) -> StreamDelta? {
        switch self {
        case .frozen(let frozen):
            return frozen.events.delta(stream, hash: hash)
        case .run(let run):
            return try run.find(TermKind.stream.rawValue, stream, hash: hash, mode)?.term.delta
        }
    }

    /// Whether it may know anything of some streams. Asked beforehand where many are looked up, see `NameTable`.
    /// - Parameter hashes: of their names.
    func mayHaveAny(of hashes: some Sequence<UInt64>) -> Bool {
        switch self {
        case .frozen(let frozen): frozen.events.streamNames.mayHaveAny(of: hashes)
        case .run(let run): run.mayHaveAny(of: hashes)
        }
    }

    /// The position of its last event of a stream, nil where it has none.
    func lastPosition(
        _ stream: borrowing RawSpan, _ mode: ReadMode
    ) throws(RunFailure) -> Position? {
        switch self {
        case .frozen(let frozen):
            return frozen.events.lastPosition(stream)
        case .run(let run):
            let term = try run.find(TermKind.stream.rawValue, stream, mode)?.term
            return term.flatMap { $0.count == 0 ? nil : $0.last }
        }
    }

    /// The positions of revisions of a stream, as far as it has any, with the first one's revision.
    func positions(
        stream: borrowing RawSpan, revisions: Range<Revision>, _ mode: ReadMode
    ) throws(RunFailure) -> (first: Revision, positions: [Position]) {
        switch self {
        case .frozen(let frozen):
            return frozen.events.positions(stream: stream, revisions: revisions)
        case .run(let run):
            return try run.positions(stream: stream, revisions: revisions, mode)
        }
    }

    /// The positions that match a request, of those it has.
    func chunk(_ request: IndexRequest, _ mode: ReadMode) throws(RunFailure) -> IndexChunk {
        switch self {
        case .frozen(let frozen): frozen.events.positions(request)
        case .run(let run): try run.chunk(request, mode)
        }
    }

    /// How many of its events behind a position have the terms of a query.
    func candidates(
        _ query: Query, after: Position, _ counting: Candidates.Counting, _ mode: ReadMode
    ) throws(RunFailure) -> Candidates {
        switch self {
        case .frozen(let frozen):
            frozen.events.candidates(query, after: after, upTo: positions.last, counting)
        case .run(let run): try run.candidates(query, after: after, counting, mode)
        }
    }

    /// The first event behind a position whose stream is not the system's.
    func firstOrdinary(after: Position, _ mode: ReadMode) throws(RunFailure) -> Position? {
        switch self {
        case .frozen(let frozen):
            return frozen.events.firstMatch(.all, after: after, upTo: positions.last)
        case .run(let run):
            guard var system = try run.systemEvents(mode) else {
                let first = max(after + 1, positions.first)
                return first <= positions.last ? first : nil
            }
            var candidate = max(after + 1, positions.first)
            while candidate <= positions.last {
                let next = try system.first(atOrAfter: candidate, mode)
                if next?.position != candidate { return candidate }
                candidate += 1
            }
            return nil
        }
    }

    /// How many events between two positions are not of the system's streams.
    func ordinaryCount(
        after: Position, upTo last: Position, _ mode: ReadMode
    ) throws(RunFailure) -> Int {
        switch self {
        case .frozen(let frozen):
            return frozen.events.matchCount(.all, after: after, upTo: last, max: .max - 1)
        case .run(let run):
            let low = max(after, positions.first - 1)
            let high = min(last, positions.last)
            guard low < high else { return 0 }
            guard var system = try run.systemEvents(mode) else { return Int(high - low) }
            let hidden = try system.count(after: low, mode) - system.count(after: high, mode)
            return Int(high - low) - hidden
        }
    }

    /// The mark of a consumer, nil where nothing is said of it.
    func tracking(_ consumer: String, _ mode: ReadMode) throws(RunFailure) -> TrackingToken? {
        switch self {
        case .frozen(let frozen): return frozen.values.tracking(consumer)
        case .run(let run):
            let value = try run.value(.tracking, Array(consumer.utf8), mode)
            return value.flatMap { TrackingToken(decoding: $0) }
        }
    }

    /// A system record; the outer nil: nothing is said of it.
    func record(_ key: RecordKey, _ mode: ReadMode) throws(RunFailure) -> RecordValue?? {
        switch self {
        case .frozen(let frozen): return frozen.values.record(key)
        case .run(let run):
            guard let value = try run.value(.record, RunName.record(key), mode) else {
                return nil
            }
            return .some(RecordValue(key: key.key.name, decoding: value))
        }
    }
}
