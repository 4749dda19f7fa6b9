import DaybookBytes
import Testing

@testable import Daybook

@Suite struct EncodedEventsTests {
    /// Adds an event whose fields lie in memory that is gone afterwards.
    private func add(
        _ id: EventID = EventID(), type: String = "t", contentType: String = Event.json,
        data: [UInt8] = [], to stream: String = "account-1", _ events: inout EncodedEvents
    ) throws(StoreError) {
        let (type, contentType) = (Array(type.utf8), Array(contentType.utf8))
        try events.add(
            EventFields(
                id: id, type: type.rawSpan, contentType: contentType.rawSpan,
                metadata: RawSpan(), data: data.rawSpan),
            to: stream)
    }

    private func refusal(
        type: String = "t", contentType: String = Event.json, data: [UInt8] = [],
        to stream: String = "account-1"
    ) -> StoreError? {
        var events = EncodedEvents(capacity: 0)
        do throws(StoreError) {
            try add(to: "account-1", &events)
            try add(type: type, contentType: contentType, data: data, to: stream, &events)
            return nil
        } catch { return error }
    }

    @Test func `They are the records of the same events as values`() throws {
        let all = EventRecordTests.events
        var events = EncodedEvents(capacity: 0)
        for (number, event) in all.enumerated() {
            // A tag that is empty can be written, and not appended.
            var event = event
            event.tags.remove("")
            let stream = number % 4 < 2 ? "account-1" : "küche-1"
            try event.withFields { (fields) throws(StoreError) in
                try events.add(fields, to: stream)
            }
        }
        let parts = events.finish()
        #expect(parts.count == all.count && parts.stream == "account-1")
        let starts = [0] + parts.laterStarts
        for (number, start) in starts.enumerated() {
            var event = all[number]
            event.tags.remove("")
            let stream = parts.laterRuns.last { $0.first <= number }?.stream ?? "account-1"
            let expected = EventRecordTests.record(event, stream: stream)
            let end = number + 1 < all.count ? starts[number + 1] : parts.records.count
            #expect(parts.records.bytes.extracting(start..<end).copied() == expected)
            #expect(EventRecord.id(in: parts.records.bytes, at: start) == event.id)
        }
        #expect(parts.laterRuns.map(\.first) == Array(stride(from: 2, to: all.count, by: 2)))
    }

    @Test func `What cannot be recorded is refused as it comes, with its place`() {
        #expect(refusal() == nil)
        for error in [
            refusal(type: ""), refusal(type: "a\n"), refusal(contentType: ""),
            refusal(contentType: "a\u{7F}"), refusal(type: SystemType.softDeleted),
            refusal(type: String(repeating: "n", count: Limits.nameBytesMax + 1)),
            refusal(data: [UInt8](repeating: 0, count: Limits.eventBytesMax)),
        ] {
            #expect(error?.place == "stream 'account-1', event 1")
        }
        #expect(refusal(to: "$all")?.place == "event 1")
        let metadata = refusal(
            type: SystemType.metadata, data: Array(#"{"$maxCount":"x"}"#.utf8),
            to: StreamName.metadata(of: "account-1"))
        #expect(metadata?.place == "stream '$$account-1', event 1")
    }

    @Test func `An id stands in two streams, and twice in none`() throws {
        let id = EventID()
        var events = EncodedEvents(capacity: 0)
        for number in 0..<100 { try add(id, to: "account-\(number)", &events) }
        try events.validate(expecting: [:])
        try add(to: "account-7", &events)
        try add(id, to: "account-7", &events)
        let error = #expect(throws: StoreError.self) { try validate(&events) }
        #expect(error?.place == "stream 'account-7', event 101")
    }

    private func validate(_ events: inout EncodedEvents) throws {
        try events.validate(expecting: [:])
    }

    @Test func `A condition is of the spelling that is written`() throws {
        var events = EncodedEvents(capacity: 0)
        try add(to: "caf\u{E9}", &events)
        try events.validate(expecting: ["caf\u{E9}": .none])
        do throws(StoreError) {
            try events.validate(expecting: ["cafe\u{301}": .none])
            Issue.record("it is another stream")
        } catch { #expect(error.place == "stream 'caf\u{E9}', event 0") }
    }
}
