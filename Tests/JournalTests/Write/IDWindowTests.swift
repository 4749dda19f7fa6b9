import Daybook
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// The ids of the last events, compared with a list of them.
@Suite struct IDWindowTests {
    @Test(arguments: [1, 2, 3, 7, 64, 600])
    func `An id is found among the last so many, at its last place, and not before them`(
        capacity: Int
    ) {
        let chance = SeededRandomness(seed: UInt64(capacity))
        let start = Position(chance.next(below: 50))
        var window = IDWindow(capacity: capacity, after: start)
        var entries: [(id: EventID, stream: UInt64, revision: Revision)] = []
        for step in 0..<capacity * 3 + 40 {
            let id = EventID(high: 5, low: UInt64(chance.next(below: capacity + 5)))
            let stream = UInt64(chance.next(below: 2))
            window.add(id, stream: stream, revision: Revision(step))
            entries.append((id, stream, Revision(step)))
            #expect(window.last == start + Position(entries.count))
            for _ in 0..<6 {
                let wanted = EventID(high: 5, low: UInt64(chance.next(below: capacity + 5)))
                let in2 = UInt64(chance.next(below: 2))
                let recent = max(0, entries.count - capacity)
                let place = entries.indices[recent...].last {
                    entries[$0].id == wanted && entries[$0].stream == in2
                }
                let expected = place.map {
                    RecordedPlace(
                        position: start + Position($0) + 1, revision: entries[$0].revision)
                }
                #expect(window.find(wanted, stream: in2) == expected)
            }
        }
    }

    @Test func `The same id in two streams is two events`() {
        var window = IDWindow(capacity: 8)
        let id = EventID(high: 1, low: 2)
        window.add(id, stream: 10, revision: 4)
        #expect(window.find(id, stream: 10) == RecordedPlace(position: 1, revision: 4))
        #expect(window.find(id, stream: 11) == nil)
        #expect(window.find(EventID(high: 1, low: 3), stream: 10) == nil)
    }
}
