import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// How many tags there are, counted without keeping them.
@Suite struct TagCountTests {
    /// Events with up to three of some tags, and all tags they have.
    private static func index(
        _ hash: NameHash, _ positions: ClosedRange<Position>, _ chance: SeededRandomness
    ) -> (EventIndex, Set<String>) {
        var index = EventIndex(hash: hash)
        var all: Set<String> = []
        for position in positions {
            let tags = (0..<chance.next(below: 4)).map { _ in "n:\(chance.next(below: 900))" }
            let type = tags.first ?? "untagged"
            var event = Event(type: type, tags: Set(tags))
            event.correlation = "correlated:\(position)"
            var writer = ByteWriter()
            EventRecord.encode(event, stream: "account-\(position % 90)", into: &writer)
            index.add(EventView(record: writer.bytes, position: position))
            all.formUnion(tags)
        }
        return (index, all)
    }

    @Test(arguments: [2, 9, 32])
    func `A tag counts once, in however many parts it is, also where hashes collide`(
        bits: Int
    ) throws {
        let chance = SeededRandomness(seed: UInt64(bits))
        let hash = NameHash(key: chance.next(), bits: bits)
        let disk = MemoryDisk()
        var cursors: [TagCursor] = []
        var expected: Set<String> = []
        for number in 0..<5 as Range<UInt64> {
            let positions = number * 400 + 1...(number + 1) * 400
            let (index, tags) = Self.index(hash, positions, chance)
            expected.formUnion(tags)
            if number > 2 {
                cursors.append(TagCursor(number == 3 ? index.terms : index.terms.tags(hash), hash))
                continue
            }
            let extent = RunExtent(
                journal: EventID(high: 1, low: 2), positions: PositionSpan(positions),
                end: SegmentEnd(serial: number, randomID: 2, frame: number, record: 0))
            let part = FrozenIndex(events: index, values: RecentValues(), extent: extent)
            _ = try part.write(to: "run-\(number)", on: disk, randomID: 4, hash: hash)
            cursors.append(TagCursor(try Run.open(disk, "run-\(number)"), .mayBlock))
        }
        #expect(expected.count > 600)
        #expect(try cursors.countTags() == expected.count)
        #expect(try [TagCursor]().countTags() == 0)
    }

    @Test func `A journal counts those on disk, of parts and of the last events`() throws {
        let journal = try World(SimulatedDisk()).open()
        #expect(try journal.view.index.sizes(.mayBlock).tags == 0)
        var expected: Set<String> = []
        for number in 0..<200 {
            var event = Event(type: "moved", data: [UInt8](repeating: 7, count: 400))
            event.tags = ["n:\(number % 150)", "k:\(number % 3)"]
            expected.formUnion(event.tags)
            try journal.append(Append([event], to: "account-\(number)"))
            if number == 100 { while journal.stepPreparing() || journal.stepIndex() {} }
            #expect(try journal.view.index.sizes(.mayBlock).tags == expected.count)
        }
        #expect(journal.view.index.lastPositionOnDisk > 0 && journal.view.index.partsInMemory > 0)
    }
}
