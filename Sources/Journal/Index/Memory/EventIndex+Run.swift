internal import Daybook
internal import DaybookBytes

extension EventIndex {
    /// How many terms a run of it has at the most.
    var termCount: Int { streams.count + postings.count }

    /// Writes all its terms, in the order of runs.
    func writeTerms(to writer: inout RunWriter, hash: NameHash) throws(RunFailure) {
        for number in streamNames.ordered() {
            let stream = streams[number]
            if !stream.isChanged { continue }
            let name = streamNames.name(number)
            try Self.write(
                name, TermKind.stream.rawValue, stream.positions, stream.delta, to: &writer,
                hash)
        }
        for number in terms.ordered() {
            try Self.write(
                terms.name(number), terms.kind(number), postings[number], nil, to: &writer, hash)
        }
    }

    private static func write(
        _ name: ArraySlice<UInt8>, _ kind: UInt8, _ positions: PostingList, _ delta: StreamDelta?,
        to writer: inout RunWriter, _ hash: NameHash
    ) throws(RunFailure) {
        let bytes = Array(name)
        let whole = hash.whole(bytes.rawSpan, kind)
        try writer.beginTerm(
            TermOrder(kind: kind, hash: hash.order(whole)), bytes.rawSpan, hash: whole,
            count: positions.count, delta: delta)
        for index in 0..<positions.count { try writer.add(positions[index]) }
        try writer.endTerm()
    }

    /// The streams whose first event is here, by the order of the bytes of their names.
    func newStreams(atOrAfter start: [UInt8] = []) -> [Int] {
        streams.indices.filter {
            streams[$0].delta.count > 0 && streams[$0].delta.base == 0
                && !streamNames.name($0).lexicographicallyPrecedes(start)
        }.sorted { streamNames.name($0).lexicographicallyPrecedes(streamNames.name($1)) }
    }
}

extension NameTable {
    /// The numbers of all names by kind, hash and the order of bytes: the order of a run.
    func ordered() -> [Int] {
        let keys = (0..<count).map {
            (order: TermOrder(kind: kind($0), hash: hash($0)), number: $0)
        }
        return keys.sorted {
            $0.order != $1.order
                ? $0.order < $1.order : name($0.number).lexicographicallyPrecedes(name($1.number))
        }.map(\.number)
    }
}
