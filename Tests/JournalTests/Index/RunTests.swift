import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What is written into a run is found in it, and nothing else.
@Suite(.tags(.format)) struct RunTests {
    private typealias Key = RunModel.Key

    /// Hundreds of terms of all kinds, with lists of every length at which something changes.
    private static func model(_ chance: SeededRandomness, from first: Position) -> RunModel {
        let span = 120_000
        var model = RunModel(first...first + Position(span) - 1)
        let lengths = [0, 1, 2, 3, 127, 128, 129, 191, 192, 193, 194, 255, 256, 257, 383, 384, 385]
        var kinds = TermKind.allCases.map(\.rawValue)
        kinds += TermKind.allCases.map(\.ofSystem)
        for number in 0..<400 {
            let kind = kinds[number % kinds.count]
            var name = Array("customer:\(number / 7)".utf8)
            if number % 50 == 0 { name += Array(repeating: 65, count: chance.next(below: 1000)) }
            if number == 11 { name = [] }
            let count = number < 300 ? lengths[number % lengths.count] : chance.next(below: 12)
            model.add(kind, name, Self.positions(count, in: model.positions, chance))
        }
        for count in [25_599, 25_600, 25_601, 51_201] {
            model.add(
                TermKind.type.rawValue, Array("long-\(count)".utf8),
                Self.positions(count, in: model.positions, chance))
        }
        for number in 0..<300 {
            model.names[Key(name: .stream, "account-\(number)")] = []
            if number % 20 == 0 {
                let size = number == 40 ? 1 << 20 : 1 + chance.next(below: 3000)
                model.names[Key(name: .tracking, "importer-\(number)")] = (0..<size).map {
                    UInt8(truncatingIfNeeded: $0 &* 31 &+ number)
                }
                model.names[Key(name: .record, "account-\(number)")] = Array("\(number)".utf8)
                model.names[Key(name: .record, "gone-\(number)")] = []
            }
        }
        model.names[Key(name: .stream, "")] = []
        model.names[Key(name: .stream, String(repeating: "é", count: 512))] = []
        return model
    }

    private static func positions(
        _ count: Int, in all: ClosedRange<Position>, _ chance: SeededRandomness
    ) -> [Position] {
        guard count > 0 else { return [] }
        let gap = all.count / count
        let start = chance.next(below: all.count - (gap - 1) * count)
        return (0..<count).map {
            all.lowerBound + Position(start + $0 * (gap - 1)) + Position(chance.next(below: gap))
        }.reduce(into: [Position]()) { list, position in
            // Ascending, and within the run.
            list.append(max(position, (list.last ?? 0) + 1))
        }
    }

    @Test(arguments: [1, 4, 9, 32])
    func `Every term and name is found as it was written, also where hashes collide`(bits: Int)
        throws
    {
        let seed = UInt64(100 + bits)
        let chance = SeededRandomness(seed: seed)
        let first: Position = bits == 4 ? 1 : 1 << 40
        let model = Self.model(chance, from: first)
        let disk = MemoryDisk()
        let hash = NameHash(key: chance.next(), bits: bits)
        let byteCount = try model.write(to: disk, hash: hash)
        let run = try Run.open(disk, "run")
        #expect(run.byteCount == byteCount)
        #expect(run.termBlockCount > 5)
        #expect(run.footer.extent.journal == EventID(high: 1, low: 2))
        let end = SegmentEnd(
            serial: 6, randomID: 8, frame: model.positions.upperBound, record: 5)
        #expect(run.footer.extent.end == end)
        try model.check(run, chance, "seed \(seed)")
        try run.verify()
        for kind in TermKind.allCases {
            let blocks = run.termBlocks(ofKind: kind.rawValue)
            #expect(!blocks.isEmpty && blocks.upperBound <= run.termBlockCount)
        }
    }

    @Test func `Without its filter it finds the same`() throws {
        let model = RunModel.small()
        let disk = MemoryDisk()
        try model.write(to: disk)
        let run = try Run.open(disk, "run", filterBytesMax: 0)
        #expect(run.memoryBytes < (try Run.open(disk, "run")).memoryBytes)
        try model.check(run, SeededRandomness(seed: 1), "no filter")
    }

    @Test func `A filter that was made as long as it may be is loaded`() throws {
        let bytesMax = 4096
        var model = RunModel(1...1)
        for number in 0..<bytesMax {
            model.add(TermKind.tag.rawValue, Array("customer:\(number)".utf8), [1])
        }
        let disk = MemoryDisk()
        try model.write(to: disk, filterBytesMax: bytesMax)
        let run = try Run.open(disk, "run", filterBytesMax: bytesMax)
        let without = try Run.open(disk, "run", filterBytesMax: bytesMax - 1)
        #expect(run.memoryBytes == without.memoryBytes + bytesMax)
    }

    @Test func `A run of nothing has nothing`() throws {
        let model = RunModel(1...1)
        let disk = MemoryDisk()
        try model.write(to: disk)
        let run = try Run.open(disk, "run")
        try model.check(run, SeededRandomness(seed: 1), "nothing")
        #expect(try run.find(0, Array("account-1".utf8).rawSpan, .mayBlock) == nil)
        #expect(try run.value(.record, [], .mayBlock) == nil)
        #expect(run.termBlocks(ofKind: 3).isEmpty)
    }

    @Test(arguments: 31...32 as ClosedRange<UInt64>)
    func `Names are gone through from any of them on`(seed: UInt64) throws {
        let chance = SeededRandomness(seed: seed)
        let model = Self.model(chance, from: 1)
        let disk = MemoryDisk()
        try model.write(to: disk)
        let run = try Run.open(disk, "run")
        #expect(run.nameFences.count > 3)
        let ordered = model.orderedNames
        for place in stride(from: 0, to: ordered.count, by: 7) {
            for (name, index) in [
                (ordered[place].name, place), (ordered[place].name + [0], place + 1),
            ] {
                let kind = ordered[place].kind
                var cursor = RunNameCursor(run, atOrAfter: name, of: kind)
                try cursor.advance(to: name, of: kind, .mayBlock)
                for expected in ordered[index...].prefix(60) {
                    let found = try #require(cursor.name)
                    #expect(Key(found.kind, found.name) == expected)
                    #expect(found.value == model.names[expected])
                    #expect(found.isRemoval == (expected.name.starts(with: Array("gone".utf8))))
                    try cursor.advance(.mayBlock)
                }
                if ordered.count - index < 60 { #expect(cursor.name == nil) }
            }
        }
    }

    @Test func `What would have to wait for the device says so, and is there later`() throws {
        let model = RunModel.small()
        let disk = SimulatedDisk()
        try model.write(to: disk)
        let run = try Run.open(disk, "run")
        let name = Array("long".utf8)
        let kind = TermKind.type.rawValue
        let found = try #require(try run.find(kind, name.rawSpan, .mayBlock))
        var postings = try RunPostings.of(found, in: run)
        var cursor = RunNameCursor(run)
        let asked = try Run.open(disk, "run")
        disk.servesCachedReads = false
        #expect(
            waits { () throws(RunFailure) in _ = try asked.find(kind, name.rawSpan, .cachedOnly) })
        #expect(try run.find(kind, name.rawSpan, .cachedOnly)?.term.count == found.term.count)
        #expect(waits { () throws(RunFailure) in try cursor.advance(.cachedOnly) })
        #expect(waits { () throws(RunFailure) in _ = try postings.positions(from: 9, .cachedOnly) })
        let missing = Array("nobody has it".utf8)
        #expect(try run.find(kind, missing.rawSpan, .cachedOnly) == nil, "the filter knows")
        #expect(try postings.positions(from: 9, .mayBlock).count == RunFormat.chunkPositions - 9)
        #expect(try postings.positions(from: 12, .cachedOnly).count > 0, "the chunk is kept")
        let last = postings.last
        #expect(
            waits { () throws(RunFailure) in
                _ = try postings.first(atOrAfter: last - 1, .cachedOnly)
            })
        #expect(try postings.first(atOrAfter: last - 1, .mayBlock)?.position == last)
        try cursor.advance(.mayBlock)
        #expect(cursor.name?.name == Array("account-0".utf8))
    }

    private func waits(_ body: () throws(RunFailure) -> Void) -> Bool {
        do { try body() } catch {
            if case .wouldBlock = error { return true }
        }
        return false
    }

    // MARK: Filters

    @Test(arguments: [1, 50, 3000, 30_000])
    func `A filter lets every name through that it has, and few others`(count: Int) {
        let hash = NameHash(key: 5)
        func whole(_ number: Int) -> UInt64 {
            hash.whole(Array("stream-\(number)".utf8).rawSpan, 0)
        }
        var filter = RunFilter(names: count * 9)
        for number in 0..<count { filter.insert(whole(number)) }
        let before = filter.words.count
        filter.shrink(to: count)
        #expect(count < 3000 || filter.words.count * 8 == before)
        var writer = ByteWriter()
        for word in filter.words { writer.append(word) }
        let decoded = RunFilter(decoding: writer.bytes)
        for filter in [filter, decoded!] {
            #expect((0..<count).allSatisfy { filter.mayContain(whole($0)) })
            let others = (count..<count + 10_000).count { filter.mayContain(whole($0)) }
            #expect(others < 500, "\(others) of 10,000")
        }
        writer.append(UInt8(0))
        #expect(RunFilter(decoding: writer.bytes) == nil)
    }
}

extension RunModel {
    /// Adds a term; one of a stream has a delta of some kind.
    fileprivate mutating func add(_ kind: UInt8, _ name: [UInt8], _ positions: [Position]) {
        var term = Term(positions: positions)
        if kind == TermKind.stream.rawValue {
            var delta = StreamDelta()
            if name.count % 2 == 0 { delta.delete(isTombstone: false) }
            for revision in 0..<Revision(positions.count) { delta.take(1000 + revision) }
            if name.count % 3 == 0 { delta.delete(isTombstone: name.count % 2 == 0) }
            if name.count % 5 == 0 { delta.setMetadata() }
            term.delta = delta
        }
        terms[Key(kind, name)] = term
    }
}
