import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Events taken in frame by frame, where names are looked at beforehand, compared with one by one.
@Suite struct EventFramesTests {
    private static let hashKey: UInt64 = 11

    /// The events of some frames: more than are looked at beforehand in the largest, one in the smallest.
    private static func frames(
        _ chance: SeededRandomness
    ) -> [(streams: [String], events: [Event])] {
        (0..<12).map { number in
            let count = number == 5 ? 700 : 1 + chance.next(below: 40)
            let streams = (0..<count).map { _ in
                ["a-", "b-", "$sys-", "$$a-"][chance.next(below: 4)] + "\(chance.next(below: 50))"
            }
            let events = (0..<count).map { _ in
                Event(
                    type: "t\(chance.next(below: 3))",
                    tags: Set(
                        (0..<chance.next(below: 4)).map { _ in "g\(chance.next(below: 90))" }),
                    correlation: chance.chance(1, in: 5) ? "c\(chance.next(below: 3))" : nil)
            }
            return (streams, events)
        }
    }

    /// The bytes of the run that an index is written as.
    private static func run(_ index: EventIndex, _ hash: NameHash) throws -> [UInt8] {
        let extent = RunExtent(
            journal: EventID(high: 1, low: 2),
            positions: PositionSpan(1...Position(index.eventCount)),
            end: SegmentEnd(serial: 1, randomID: 2, frame: 3, record: 0))
        let part = FrozenIndex(events: index, values: RecentValues(), extent: extent)
        let disk = SimulatedDisk()
        let count = try part.write(to: "run", on: disk, randomID: 4, hash: hash)
        let file = try OpenFile(disk, "run", .read)
        let bytes = try file.read(count, at: 0)
        return bytes.bytes.copied()
    }

    @Test(arguments: [1, 3, 32], [false, true])
    func `Frames leave the same index as their events one by one`(
        hashBits: Int, knowsStreams: Bool
    ) throws {
        let chance = SeededRandomness(seed: UInt64(hashBits))
        let hash = NameHash(key: Self.hashKey, bits: hashBits)
        var (single, whole) = (EventIndex(hash: hash), EventIndex(hash: hash))
        var revisions: [String: Revision] = [:]
        var position: Position = 1
        for (streams, events) in Self.frames(chance) {
            var records = ByteWriter()
            var own: [Revision] = []
            for (stream, event) in zip(streams, events) {
                EventRecord.encode(event, stream: stream, into: &records)
                own.append(revisions[stream, default: 0])
                revisions[stream, default: 0] += 1
            }
            var numbers: [Int32] = []
            for stream in knowsStreams ? streams : [] {
                let name = Array(stream.utf8)
                single.begin(name.rawSpan, with: StreamFacts())
                let number = whole.begin(name.rawSpan, with: StreamFacts())
                numbers.append(Int32(number))
            }
            var writer = ByteWriter()
            let frame = FrameHeader.append(
                to: &writer, segment: 1,
                FrameHeader.Heading(number: 1, firstPosition: position, durableUpTo: 0),
                fields: RawSpan(), events: records.bytes, count: events.count, revisions: own,
                recordedAt: 1)
            whole.add(frame, in: writer.bytes, streams: numbers)
            frame.forEachEvent(in: writer.bytes) { single.add($0) }
            position += Position(events.count)
        }
        #expect(whole.eventCount == single.eventCount && whole.eventCount > 700)
        #expect(whole.termCount == single.termCount)
        #expect(try Self.run(whole, hash) == Self.run(single, hash))
    }

    @Test(arguments: [0, 1, 7, 2000])
    func `Numbers are put in order by their upper bits`(count: Int) {
        let chance = SeededRandomness(seed: 5)
        for (lowest, spread) in [(24, 64), (24, 40), (0, 64), (53, 64), (24, 26)] as [(Int, Int)] {
            let values = (0..<count).map { _ in chance.next() >> UInt64(64 - spread) }
            var sorted = values
            sorted.sortByDigits(from: UInt64(lowest))
            // Those with the same upper bits stay in the order they had.
            let expected = values.enumerated().sorted { one, other in
                let (left, right) = (one.element >> lowest, other.element >> lowest)
                return left == right ? one.offset < other.offset : left < right
            }
            #expect(sorted == expected.map(\.element), "\(count), from bit \(lowest)")
        }
    }
}
