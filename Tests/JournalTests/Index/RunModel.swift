import Daybook
import DaybookBytes
import DaybookPlatform

@testable import DaybookJournal

/// What a run should hold, in plain dictionaries.
struct RunModel: Equatable {
    struct Key: Hashable, CustomStringConvertible {
        var kind: UInt8
        var name: [UInt8]

        init(_ kind: UInt8, _ name: [UInt8]) {
            self.kind = kind
            self.name = name
        }

        init(term kind: TermKind, _ name: String) { self.init(kind.rawValue, Array(name.utf8)) }
        init(name kind: RunName.Kind, _ name: String) { self.init(kind.rawValue, Array(name.utf8)) }

        var description: String { "kind \(kind) \"\(name.rawSpan.text().prefix(40))\"" }
    }

    struct Term: Hashable {
        var positions: [Position] = []
        var delta: StreamDelta?
    }

    var positions: ClosedRange<Position>
    var terms: [Key: Term] = [:]
    var names: [Key: [UInt8]] = [:]

    static func == (left: RunModel, right: RunModel) -> Bool {
        left.positions == right.positions && left.terms == right.terms && left.names == right.names
    }

    init(_ positions: ClosedRange<Position>) { self.positions = positions }

    /// A few terms and names of every kind, one list a long one.
    static func small(_ positions: ClosedRange<Position> = 5...1204) -> RunModel {
        var model = RunModel(positions)
        let first = positions.lowerBound
        for kind in TermKind.allCases where kind != .stream {
            model.terms[Key(term: kind, "common")] = Term(positions: [first + 3, first + 300])
        }
        model.terms[Key(term: .type, "long")] = Term(
            positions: (0..<300).map { first + 200 + 3 * $0 })
        for number in 0..<3 as Range<UInt64> {
            var delta = StreamDelta()
            for revision in 7..<9 + number { delta.take(revision) }
            if number == 1 { delta.delete(isTombstone: false) }
            let own = (0..<2 + number).map { first + 100 * $0 + number }
            model.terms[Key(term: .stream, "account-\(number)")] = Term(
                positions: own, delta: delta)
            model.names[Key(name: .stream, "account-\(number)")] = []
        }
        model.names[Key(name: .tracking, "importer")] = [1, 2, 3]
        model.names[Key(name: .record, "queue")] = first == 1 ? [9] : []
        return model
    }

    // MARK: Writing

    /// Writes it as a run.
    @discardableResult
    func write(
        to disk: any Disk, _ path: String = "run", hash: NameHash = NameHash(key: 7),
        randomID: UInt64 = 99, extent given: RunExtent? = nil, filterBytesMax: Int = .max
    ) throws(RunFailure) -> Int {
        let own = RunExtent(
            journal: EventID(high: 1, low: 2), positions: PositionSpan(positions),
            frameBefore: positions.lowerBound - 1,
            recordBefore: positions.lowerBound == 1 ? 0 : 5,
            end: SegmentEnd(
                serial: 6, randomID: 8, frame: positions.upperBound, record: 5))
        let extent = given ?? own
        var writer = try RunWriter.create(
            disk, path, extent, randomID: randomID, hash: hash, terms: terms.count,
            filterBytesMax: filterBytesMax)
        let wholes = terms.map { (whole: hash.whole($0.key.name.rawSpan, $0.key.kind), $0.key) }
        let ordered = wholes.map { whole, key in
            (order: TermOrder(kind: key.kind, hash: hash.order(whole)), whole: whole, key: key)
        }.sorted {
            $0.order != $1.order
                ? $0.order < $1.order : $0.key.name.lexicographicallyPrecedes($1.key.name)
        }
        for (order, whole, key) in ordered {
            let term = terms[key]!
            try writer.beginTerm(
                order, key.name.rawSpan, hash: whole, count: term.positions.count, delta: term.delta
            )
            for position in term.positions { try writer.add(position) }
            try writer.endTerm()
        }
        try writer.endTerms()
        for key in orderedNames {
            let value = names[key]!
            try writer.addName(key.kind, key.name.rawSpan, value: value.rawSpan)
        }
        return try writer.finish()
    }

    var orderedNames: [Key] {
        names.keys.sorted {
            $0.kind != $1.kind ? $0.kind < $1.kind : $0.name.lexicographicallyPrecedes($1.name)
        }
    }

    // MARK: Reading

    /// Everything that the cursors of a run pass.
    init(reading run: Run) throws {
        self.init(run.positions.isEmpty ? 1...1 : run.positions.range)
        let cursor = RunTermCursor(run)
        try cursor.advance()
        var termCount = 0
        while let found = cursor.found {
            let key = Key(found.term.order.kind, Self.name(of: found))
            var postings = try RunPostings.of(found, in: run)
            let positions = try postings.all()
            try require(positions.count == found.term.count, "\(key): its count")
            try require(terms[key] == nil, "\(key) stands there twice")
            terms[key] = Term(positions: positions, delta: found.term.delta)
            termCount += 1
            try cursor.advance()
        }
        try require(termCount == run.termCount, "the count of terms")
        var last: RunName?
        var nameCursor = RunNameCursor(run)
        try nameCursor.advance(.mayBlock)
        while let name = nameCursor.name {
            try require(last?.precedes(name.kind, name.name) ?? true, "names are in order")
            names[Key(name.kind, name.name)] = name.value
            last = name
            try nameCursor.advance(.mayBlock)
        }
    }

    private static func name(of found: Run.FoundTerm) -> [UInt8] {
        let block = found.block
        return block.content.extracting(found.term.name).copied()
    }

    /// Asks a run for everything that is here, and for some that is not.
    func check(_ run: Run, _ chance: SeededRandomness, _ what: String) throws {
        try require(run.positions.range == positions, "\(what): its positions")
        try require(try RunModel(reading: run) == self, "\(what): all that it holds")
        for (key, term) in terms {
            let place = "\(what), \(key), \(term.positions.count) positions"
            guard let found = try run.find(key.kind, key.name.rawSpan, .mayBlock) else {
                throw Discrepancy("\(place): not found")
            }
            try require(found.term.delta == term.delta, "\(place): its delta")
            var postings = try RunPostings.of(found, in: run)
            try check(term.positions, &postings, chance, place)
            for (kind, name) in [
                (key.kind ^ 1, key.name), (key.kind, key.name + [0]), (key.kind, key.name + [65]),
            ] where terms[Key(kind, name)] == nil {
                let found = try run.find(kind, name.rawSpan, .mayBlock)
                try require(found == nil, "\(place): a name that is not there was found")
            }
        }
        for key in names.keys {
            let kind = RunName.Kind(rawValue: key.kind)!
            let value = try run.value(kind, key.name, .mayBlock)
            try require(value == names[key], "\(what), \(key): its value")
            let missing = try run.value(kind, key.name + [0], .mayBlock)
            try require(missing == names[Key(key.kind, key.name + [0])], "\(what), behind \(key)")
        }
    }

    private func check(
        _ list: [Position], _ postings: inout RunPostings, _ chance: SeededRandomness,
        _ place: String
    ) throws {
        try require(postings.count == list.count, "\(place): the count")
        guard let first = list.first, let last = list.last else {
            try require(try postings.positions(from: 0, .mayBlock) == [], "\(place): none")
            let (after, before) = (
                try postings.first(atOrAfter: 0, .mayBlock),
                try postings.last(atOrBefore: .max, .mayBlock)
            )
            try require(after == nil && before == nil, "\(place): none")
            return
        }
        try require(postings.first == first && postings.last == last, "\(place): the ends")
        var asked = [0, first - 1, first, first + 1, last - 1, last, last + 1, .max]
        // Around the borders of chunks and directories, and anywhere.
        for border in stride(from: 0, to: list.count, by: RunFormat.chunkPositions)
        where border < 600 || border % 25_600 < 300 {
            for index in max(0, border - 1)...min(list.count - 1, border + 1) {
                asked += [list[index] - 1, list[index], list[index] + 1]
            }
        }
        for _ in 0..<20 {
            asked.append(first + Position(chance.next(below: Int(last - first) + 2)))
        }
        for position in asked {
            let low = list.partition { $0 < position }
            let found = try postings.first(atOrAfter: position, .mayBlock)
            let isRight =
                low == list.count
                ? found == nil : found?.ordinal == low && found?.position == list[low]
            try require(isRight, "\(place): the first at or after \(position)")
            let high = low < list.count && list[low] == position ? low : low - 1
            let before = try postings.last(atOrBefore: position, .mayBlock)
            let isRightToo =
                high < 0
                ? before == nil : before?.ordinal == high && before?.position == list[high]
            try require(isRightToo, "\(place): the last at or before \(position)")
        }
        for ordinal in [0, list.count - 1, chance.next(below: list.count)] {
            let some = try postings.positions(from: ordinal, .mayBlock)
            try require(
                !some.isEmpty && Array(some) == Array(list[ordinal..<ordinal + some.count]),
                "\(place): the positions from \(ordinal)")
        }
    }
}

extension RunPostings {
    /// All of them.
    mutating func all() throws(RunFailure) -> [Position] {
        var all: [Position] = []
        while all.count < count { all += try positions(from: all.count, .mayBlock) }
        return all
    }
}

extension [Position] {
    /// How many of a sorted list, from the front, are as they should be.
    fileprivate func partition(_ isBefore: (Position) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
