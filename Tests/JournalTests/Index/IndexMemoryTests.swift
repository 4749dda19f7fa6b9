import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// How much memory the index and what stands beside it take, in bytes.
@Suite struct IndexMemoryTests {
    /// Events each of a stream and with a tag of its own: where an index is largest.
    private static func scattered(_ count: Int, asLargeAs other: EventIndex? = nil) -> EventIndex {
        var index = EventIndex(hash: NameHash(key: 3), asLargeAs: other)
        for number in 1...count {
            var writer = ByteWriter()
            let event = Event(type: "moved", tags: ["cust:\(1_000_000_000 + number)"])
            EventRecord.encode(event, stream: "account-\(100_000_000_000 + number)", into: &writer)
            index.add(EventView(record: writer.bytes, position: Position(number)))
        }
        return index
    }

    @Test func `An event of a stream and a tag of its own takes the names and 100 bytes`() {
        let nameBytes = "account-100000000000".utf8.count + "cust:1000000000".utf8.count
        let first = Self.scattered(20_000)
        // Arrays that grow have room for twice as much.
        #expect(first.memoryBytes < 20_000 * 2 * (nameBytes + 100))
        // Those that follow a like one have not.
        let next = Self.scattered(20_000, asLargeAs: first)
        #expect(next.memoryBytes < 20_000 * (nameBytes + 100))
        #expect(next.memoryBytes > 20_000 * nameBytes)
    }

    @Test func `Memory that a part took is counted until it is written`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        let index = journal.view.index
        #expect(index.unwritten.bytes < 4096)
        var before = index.unwritten.bytes
        for number in 0..<60 {
            let event = Event(type: "moved", data: [UInt8](repeating: 7, count: 400))
            try journal.append(Append([event], to: "account-\(number)"))
            #expect(index.unwritten.bytes >= before || index.partsInMemory > 0)
            before = index.unwritten.bytes
        }
        try #require(index.partsInMemory > 0)
        let parts = index.unwritten.parts.reduce(0) { $0 + $1.memoryBytes }
        #expect(parts > 0 && parts < before)
        while journal.stepPreparing() || journal.stepIndex() {}
        #expect(index.partsInMemory == 0)
        #expect(index.unwritten.bytes == before - parts)
    }

    @Test func `Marks and records that are set again and again take no more memory`() {
        var values = RecentValues()
        var fields = FrameFields()
        fields.tracking = TrackingMark(consumer: "c", from: nil, to: [1, 2, 3], note: [4])
        fields.records = (0..<4).map {
            FrameFields.Record(owner: "o", key: "k\($0)", value: [UInt8](repeating: 1, count: 100))
        }
        fields.firstRecord = 1
        values.take(fields)
        let once = values.memoryBytes
        #expect(once > 400)
        for round in 1..<50 {
            fields.firstRecord = UInt64(1 + 4 * round)
            values.take(fields)
        }
        #expect(values.memoryBytes == once)
        for number in fields.records.indices { fields.records[number].value = nil }
        fields.firstRecord = 201
        var removed = values
        removed.take(fields)
        #expect(removed.memoryBytes == once - 400)
        values.take(fields, isBottom: true)
        #expect(values.memoryBytes < once - 800)
    }

    @Test(arguments: [1, 2, 7, 100, 5000])
    func `Ids take at most 18 bytes for each that has to be known`(capacity: Int) {
        let chance = SeededRandomness(seed: 5)
        let recent = RecentIDs(capacity: capacity)
        for number in 0..<capacity * 4 + 10 {
            recent.add([chance.next()].span, from: Position(number) + 1)
            #expect(recent.memoryBytes <= 18 * max(capacity, 1) + 90)
        }
    }

    @Test func `A filter is no longer than it may be, and lets through every name it has`() {
        let hash = NameHash(key: 5)
        func whole(_ number: Int) -> UInt64 {
            hash.whole(Array("stream-\(number)".utf8).rawSpan, 0)
        }
        for bytesMax in [0, 64, 100, 4096, 20_000] {
            var filter = RunFilter(names: 30_000, bytesMax: bytesMax)
            #expect(filter.words.count * 8 <= max(64, bytesMax))
            for number in 0..<3000 { filter.insert(whole(number)) }
            filter.shrink(to: 3000)
            #expect((0..<3000).allSatisfy { filter.mayContain(whole($0)) })
        }
    }
}

/// Where events begin, packed and not.
@Suite struct OffsetTableTests {
    @Test(arguments: [0, 1, 15, 16, 17, 40, 1000])
    func `A packed table has what it was made of, in little more than half the memory`(count: Int) {
        let chance = SeededRandomness(seed: UInt64(count))
        var offsets: [UInt32] = []
        var growing = OffsetTable()
        var at: UInt32 = 4096
        for _ in 0..<count {
            offsets.append(at)
            growing.append(at)
            at += 40 + UInt32(chance.next(below: 4000))
        }
        let packed = OffsetTable(packing: offsets)
        for table in [growing, packed] {
            #expect(table.count == count && table.all == offsets)
            #expect(table.isEmpty == (count == 0))
            for _ in 0..<50 where count > 0 {
                let first = chance.next(below: count)
                let end = first + chance.next(below: count - first + 1)
                #expect(table[first..<end] == Array(offsets[first..<end]))
            }
        }
        #expect(packed.memoryBytes <= count * 9 / 4 + 64)
    }

    @Test func `Events too far apart for two bytes are kept as they are`() {
        let offsets: [UInt32] = [4096, 70_000, 70_001, 1 << 30]
        #expect(OffsetTable(packing: offsets).all == offsets)
    }
}
