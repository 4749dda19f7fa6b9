internal import Daybook
internal import DaybookBytes

extension EventIndex {
    /// How many terms a run of it has at the most.
    var termCount: Int { streams.count + postings.count }

    /// Writes all its terms, in the order of runs.
    func writeTerms(to writer: inout RunWriter, hash: NameHash) throws(RunFailure) {
        // Held once: asked of self they would be held and let go for each name.
        let (streamNames, streams, terms, postings) = (streamNames, streams, terms, postings)
        let changed = streamNames.ordered().filter { streams.isChanged($0) }
        try Self.write(changed, streamNames, to: &writer, hash) { number in
            (streams.positions(number), streams.delta(number))
        }
        try Self.write(terms.ordered(), terms, to: &writer, hash) { (postings[$0], nil) }
    }

    /// So many terms are looked up before the first of them is written.
    private static let termsAhead = 64

    /// Writes the terms of some names.
    ///
    /// In the order of runs each lies elsewhere in memory. Some are looked up at a time, one right behind the other, so
    /// that the processor waits for memory for several at once.
    private static func write(
        _ numbers: [Int], _ names: NameTable, to writer: inout RunWriter, _ hash: NameHash,
        _ look: (Int) -> (positions: PostingList, delta: StreamDelta?)
    ) throws(RunFailure) {
        var hashes: [UInt64] = []
        var looked: [(positions: PostingList, delta: StreamDelta?)] = []
        for first in stride(from: 0, to: numbers.count, by: termsAhead) {
            let some = numbers[first..<min(first + termsAhead, numbers.count)]
            hashes.removeAll(keepingCapacity: true)
            looked.removeAll(keepingCapacity: true)
            for number in some { hashes.append(hash.whole(names.name(number), names.kind(number))) }
            for number in some { looked.append(look(number)) }
            for (index, number) in some.enumerated() {
                let positions = looked[index].positions
                let order = TermOrder(kind: names.kind(number), hash: hash.order(hashes[index]))
                try writer.beginTerm(
                    order, names.name(number), hash: hashes[index], count: positions.count,
                    delta: looked[index].delta)
                for place in 0..<positions.count { try writer.add(positions[place]) }
                try writer.endTerm()
            }
        }
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
        keys.sortByDigits(from: Self.numberBits)
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

extension [UInt64] {
    /// Puts them in order, without regard to their lowest bits: digit by digit, which for many takes a fraction of the time
    /// of comparing them.
    /// - Parameter lowest: how many bits do not count.
    mutating func sortByDigits(from lowest: UInt64) {
        let digitBits: UInt64 = 11
        var sorted = self
        for shift in stride(from: lowest, to: 64, by: Int(digitBits)) {
            var next = [Int](repeating: 0, count: 1 << digitBits + 1)
            let digit = { (value: UInt64) in Int(value &>> shift & (1 << digitBits - 1)) }
            for value in self { next[digit(value) + 1] += 1 }
            // All have the same.
            if next.contains(count) { continue }
            for place in 1..<next.count { next[place] += next[place - 1] }
            for value in self {
                let place = digit(value)
                sorted[next[place]] = value
                next[place] += 1
            }
            swap(&self, &sorted)
        }
    }
}
