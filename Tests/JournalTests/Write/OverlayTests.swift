import Daybook
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What was decided lately, and when it may be forgotten.
@Suite struct OverlayTests {
    private static func key(_ frame: UInt64) -> RecordKey { RecordKey("o", "\(frame)") }

    /// If it forgot more, no append could be decided until the index has caught up.
    @Test(arguments: 0...9 as ClosedRange<UInt64>)
    func `It forgets nothing that the index does not have, however far that lags`(lag: UInt64) {
        var overlay = Overlay(
            after: Watermark.Mark(position: 0, frame: 0), hash: NameHash(key: 1), changesMax: 3)
        var floors: Set<UInt64> = []
        var refusals = 0
        for frame in 1...60 as ClosedRange<UInt64> {
            let indexed = frame - 1 - min(lag, frame - 1)
            if !overlay.makeRoom(for: 1, indexed: indexed, last: frame - 1) { refusals += 1 }
            overlay.set(Self.key(frame), sequence: frame)
            #expect(overlay.floor <= indexed, "at frame \(frame)")
            for recent in indexed + 1...frame {
                #expect(overlay.record(Self.key(recent)) == .some(.some(recent)))
            }
            floors.insert(overlay.floor)
        }
        #expect(floors.count > 3, "it forgets in the end, so that it is bounded")
        #expect(overlay.record(Self.key(1)) == nil)
        #expect((refusals > 0) == (lag > 3), "it refuses where it would forget too much")
    }

    @Test func `Streams that conditions only name do not pile up in it`() throws {
        var overlay = Overlay(
            after: Watermark.Mark(position: 0, frame: 0), hash: NameHash(key: 1), changesMax: 3)
        for number in 0..<100 {
            var append = Append()
            append.conditions["named-\(number)"] = StreamCondition.none
            append.records = [SystemRecord(owner: "o", key: "k", value: [1])]
            let encoded = try EncodedAppend(append, hashKey: 1)
            let facts = Facts(streams: encoded.streams.map { _ in StreamFacts() })
            let known = overlay.streams(of: encoded, after: facts)
            #expect(known == [StreamFacts()])
            _ = overlay.begin(encoded, with: known)
        }
        #expect(overlay.streamCount == 0)
    }
}

/// The ids of what was decided lately.
@Suite struct OverlayIDsTests {
    /// So many that whoever looks at each for each does not come to an end.
    private static let count = 200_000

    @Test func `Of many events those that stand in it are marked, and not all others`() {
        var ids = OverlayIDs(after: 10)
        var events: [(id: EventID, stream: UInt64)] = []
        for number in 0..<1_000 {
            events.append((EventID(high: UInt64(number), low: 2), 7))
            ids.add(events[number].id, stream: 7, revision: Revision(number))
        }
        // Hashes of streams, as these are, have nothing in common.
        events += events.map { ($0.id, 0x9E37_79B9_7F4A_7C15) }
        var mayStand = [Bool](repeating: false, count: events.count)
        ids.look(for: events, &mayStand)
        #expect(mayStand[..<1_000].allSatisfy { $0 })
        #expect(mayStand[1_000...].count { $0 } < 600)
    }

    @Test func `Many events that were decided just before are found`() throws {
        let journal = try World(SimulatedDisk()).open()
        defer { journal.close() }
        let append = Append((0..<20).map { Event(type: "t", data: "\($0)") }, to: "a-1")
        let answers = [try journal.submit(append), try journal.submit(append)]
        journal.step()
        #expect(answers.map { $0.appended?.isDuplicate } == [false, true])
    }

    @Test(.timeLimit(.minutes(15))) func `One id used again and again is as fast as others`() {
        var ids = OverlayIDs(after: 10)
        let id = EventID(high: 1, low: 2)
        for revision in 0..<Revision(Self.count) { ids.add(id, stream: 7, revision: revision) }
        let last = Position(Self.count) + 10
        for _ in 0..<Self.count { #expect(ids.find(id, stream: 7)?.position == last) }
        #expect(ids.find(id, stream: 7, at: 500)?.revision == 489)
        #expect(ids.find(id, stream: 8) == nil && ids.find(id, stream: 8, at: 500) == nil)
        #expect(ids.find(id, stream: 7, at: 10) == nil)
        #expect(ids.find(id, stream: 7, at: last + 1) == nil)
    }

    /// Their upper half makes a product of it zero, whatever the rest is.
    @Test(.timeLimit(.minutes(15))) func `Nobody can pick ids that get into each other's way`() {
        var ids = OverlayIDs(after: 0)
        func id(_ number: Int) -> EventID {
            EventID(high: 0x9E37_79B9_7F4A_7C15, low: UInt64(number))
        }
        for number in 0..<Self.count { ids.add(id(number), stream: 7, revision: 0) }
        for number in stride(from: 0, to: Self.count, by: 997) {
            #expect(ids.find(id(number), stream: 7)?.position == Position(number) + 1)
        }
    }
}
