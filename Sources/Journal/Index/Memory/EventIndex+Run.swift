internal import Daybook
internal import DaybookBytes

extension EventIndex {
    /// How many terms a run of it has at the most.
    var termCount: Int { streams.count + postings.count }

    /// Writes all its terms, in the order of runs.
    func writeTerms(to writer: inout RunWriter, hash: NameHash) throws(RunFailure) {
        // Held once: asked of self they would be held and let go for each name.
        let (streamNames, streams, terms, postings) = (streamNames, streams, terms, postings)
        for number in streamNames.ordered() {
            if !streams.isChanged(number) { continue }
            try Self.write(
                streamNames.name(number), TermKind.stream.rawValue, streams.positions(number),
                streams.delta(number), to: &writer, hash)
        }
        for number in terms.ordered() {
            try Self.write(
                terms.name(number), terms.kind(number), postings[number], nil, to: &writer, hash)
        }
    }

    private static func write(
        _ name: borrowing RawSpan, _ kind: UInt8, _ positions: PostingList, _ delta: StreamDelta?,
        to writer: inout RunWriter, _ hash: NameHash
    ) throws(RunFailure) {
        let whole = hash.whole(name, kind)
        try writer.beginTerm(
            TermOrder(kind: kind, hash: hash.order(whole)), name, hash: whole,
            count: positions.count, delta: delta)
        for index in 0..<positions.count { try writer.add(positions[index]) }
        try writer.endTerm()
    }

    /// The streams whose first event is here, by the order of the bytes of their names.
    func newStreams(atOrAfter start: [UInt8] = []) -> [Int] {
        (0..<streams.count).filter {
            streams.isNew($0) && streamNames.name($0).precedes(start.rawSpan) != true
        }.sorted { streamNames.precedes($0, $1) }
    }
}

extension NameTable {
    /// The numbers of all names by kind, hash and the order of bytes: the order of a run.
    func ordered() -> [Int] {
        precondition(count < 1 << Self.numberBits, "a part has fewer names than that")
        // Order and number in one integer: sorting these compares nothing else.
        var keys: [UInt64] = []
        keys.reserveCapacity(count)
        for (number, hash) in hashes {
            let order = TermOrder(kind: kind(number), hash: hash)
            keys.append(order.value << Self.numberBits | UInt64(number))
        }
        keys.sort()
        var numbers = keys.map { Int(truncatingIfNeeded: $0 & (1 << Self.numberBits - 1)) }
        var first = 0
        for next in 1..<max(1, count) + 1 {
            if next < count && keys[next] >> Self.numberBits == keys[first] >> Self.numberBits {
                continue
            }
            if next - first > 1 { numbers[first..<next].sort(by: precedes) }
            first = next
        }
        return numbers
    }

    /// An order takes 40 bits.
    private static let numberBits: UInt64 = 24
}
