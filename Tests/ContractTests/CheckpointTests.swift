import Daybook
import Testing

@Suite("Checkpoint")
struct CheckpointTests {
    let journal = EventID(high: 1, low: 2)
    let event = EventID(high: 3, low: 4)

    @Test func `Its text comes back`() {
        let places = [
            Checkpoint(journal: journal, epoch: 1, position: 0, event: nil),
            Checkpoint(journal: journal, epoch: .max, position: 7, event: event),
            Checkpoint(journal: journal, epoch: 0, position: .max, event: event),
        ]
        for place in places { #expect(Checkpoint(place.description) == place) }
        #expect(
            places[0].description == "00000000-0000-0001-0000-000000000002.1.0.-")
    }

    @Test(arguments: [
        "", "-", "....", "1.2.3.4", "00000000-0000-0001-0000-000000000002.1.0",
        "00000000-0000-0001-0000-000000000002.1.0.00000000-0000-0003-0000-000000000004",
        "00000000-0000-0001-0000-000000000002.1.7.-", "00000000-0000-0001-0000-000000000002.g.0.-",
        "00000000-0000-0001-0000-000000000002.1.-1.-",
        "00000000-0000-0001-0000-000000000002.1.0.-.",
        "00000000-0000-0001-0000-000000000002.1.18446744073709551616.-",
    ])
    func `Another text is no checkpoint`(_ text: String) {
        #expect(Checkpoint(text) == nil)
    }

    @Test func `A fitting checkpoint passes, and the event there is asked for`() throws {
        let head = Checkpoint(journal: journal, epoch: 1, position: 9, event: EventID())
        var asked: [Position] = []
        let place = Checkpoint(journal: journal, epoch: 1, position: 4, event: event)
        try place.check(against: head) { (position) throws(StoreError) in
            asked.append(position)
            return event
        }
        #expect(asked == [4])
        let beginning = Checkpoint(journal: journal, epoch: 1, position: 0, event: nil)
        try beginning.check(against: head) { (_) throws(StoreError) in nil }
    }
}
