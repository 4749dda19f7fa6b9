import Daybook
import DaybookBytes
import Testing

@Suite("EventRecord")
struct EventRecordTests {
    static let time = Timestamp(microseconds: 1_323_435_000_000_000)

    /// Each optional field alone, none and all of them.
    static let events: [Event] = [
        Event(type: "t"), Event(type: "t", data: [1, 2, 3], contentType: Event.bytes),
        Event(type: "t", contentType: "text/plain"), Event(type: "t", metadata: [7]),
        Event(type: "t", tags: ["a"]), Event(type: "t", tags: ["b", "a", "ab", "ä", ""]),
        Event(type: "t", causation: "c"), Event(type: "t", causation: ""),
        Event(type: "t", correlation: "c"), Event(type: "t", occurredAt: time),
        Event(type: "t", occurredAt: Timestamp(microseconds: .min)),
        Event(
            type: "t", metadata: [UInt8](repeating: 1, count: 127),
            tags: Set((0..<256).map { "tag:\($0)" })),
        Event(type: "t", metadata: [UInt8](repeating: 1, count: 128)),
        Event(type: "t", metadata: [UInt8](repeating: 1, count: 20_000)), full,
    ]

    static let full = Event(
        type: "überwiesen", data: Array("{\"amount\":1}".utf8), contentType: "application/x-bank",
        metadata: [0, 1, 2], tags: ["customer:7", "branch:north"], causation: "cause",
        correlation: "request", occurredAt: time)

    static func record(_ event: Event, stream: String = "account-1") -> [UInt8] {
        var writer = ByteWriter()
        EventRecord.encode(event, stream: stream, into: &writer)
        return writer.bytes.copied()
    }

    @Test(arguments: events)
    func `An event comes back from its record`(_ event: Event) {
        var writer = ByteWriter()
        // Behind something else, so that offsets count from the record and not from the block.
        writer.append(UInt8(9))
        EventRecord.encode(event, stream: "küche-1", into: &writer)
        writer.patch(Self.time.microseconds, at: 1 + EventRecord.recordedAtAt)
        writer.patch(UInt64(41), at: 1 + EventRecord.revisionAt)
        let length = writer.count - 1
        #expect(isWellFormed(Array(writer.bytes.copied()[1...])))
        let entry = EventBatch.Entry(position: 42, offset: 1, length: length)
        let batch = EventBatch(block: SharedBytes(copying: writer.bytes), entries: [entry])
        let expected = RecordedEvent(
            stream: "küche-1", revision: 41, position: 42, recordedAt: Self.time, event: event)
        #expect(batch[0] == expected)
        #expect(batch.events == [expected])
    }

    @Test(arguments: events)
    func `Its size is known before it is written`(_ event: Event) {
        #expect(EventRecord.size(of: event, stream: "account-1") == Self.record(event).count)
        #expect(
            EventRecord.size(of: event, stream: "ä") == Self.record(event, stream: "ä").count)
    }

    @Test func `The longest names there can be come back`() {
        let longest = String(repeating: "n", count: Limits.nameBytesMax)
        for (stream, type) in [("$$" + longest, longest), (longest, "t"), ("s", longest)] {
            for contentType in [Event.json, Event.bytes, "text/plain"] {
                let event = Event(type: type, data: [1], contentType: contentType, tags: ["a"])
                let bytes = Self.record(event, stream: stream)
                let view = EventView(record: bytes.rawSpan, position: 1)
                #expect(isWellFormed(bytes))
                #expect(view.stream == stream && view.type == type && view.tags == ["a"])
                #expect(view.contentType == contentType && view.dataBytes.copied() == [1])
            }
        }
    }

    @Test func `A record has every field where it is drawn`() {
        let event = Event(
            id: EventID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10), type: "noted",
            data: [7, 8], contentType: Event.bytes, tags: ["a"])
        let bytes = Self.record(event, stream: "account-1")
        #expect(Array(bytes[0..<4]) == [UInt8(bytes.count), 0, 0, 0])
        #expect(bytes[4..<24].allSatisfy { $0 == 0 }, "the journal fills them in")
        #expect(Array(bytes[24..<40]) == Array(1...16))
        #expect(Array(bytes[40..<44]) == [2, 0, 0, 0])
        let shape = UInt32(9) | UInt32(5) << 11 | UInt32(2) << 22 | UInt32(2) << 24
        #expect(bytes.rawSpan.u32(at: 44) == shape)
        #expect(Array(bytes[48...]) == Array("account-1noted".utf8) + [1, 1, 97, 7, 8])
    }

    @Test func `Tags are written by the order of their bytes, whatever the order of the set`() {
        let event = Event(
            id: EventID(high: 1, low: 2), type: "t", tags: ["b", "a", "ab", "ä", "Z"])
        let records = (0..<20).map { _ in
            var copy = event
            copy.tags = Set(event.tags.shuffled())
            return Self.record(copy)
        }
        #expect(Set(records).count == 1)
    }

    @Test func `A truncated record is not well-formed, and nothing in it is read`() {
        for event in Self.events where event.metadata.count < 1000 {
            let whole = Self.record(event)
            for length in 0..<whole.count {
                var cut = Array(whole[..<length])
                #expect(!isWellFormed(cut))
                // Also where the length says what is there.
                guard length >= 4 else { continue }
                for place in 0..<4 { cut[place] = UInt8(truncatingIfNeeded: length >> (8 * place)) }
                touch(cut)
                if length < EventRecord.namesAt { #expect(!isWellFormed(cut)) }
            }
        }
    }

    @Test func `A record with any byte changed is refused, or can be read without harm`() {
        let whole = Self.record(Self.full)
        var wellFormed = 0
        for place in whole.indices {
            for value in UInt8.min...UInt8.max where value != whole[place] {
                var changed = whole
                changed[place] = value
                if touch(changed) { wellFormed += 1 }
            }
        }
        // Checksum, times, id and the content of names cannot be seen to be wrong; lengths can.
        #expect(wellFormed > 255 * 50)
        #expect(wellFormed < 255 * (whole.count - 4))
    }

    @Test func `A varint that says more than there is, is refused`() {
        var writer = ByteWriter()
        EventRecord.encode(Event(type: "t", metadata: [1]), stream: "s", into: &writer)
        for length: UInt64 in [2, 127, 1 << 32, 1 << 62, .max] {
            var record = Array(writer.bytes.copied()[..<(EventRecord.namesAt + 2)])
            var tail = ByteWriter()
            tail.appendVarint(length)
            record += tail.bytes.copied() + [1]
            record[0] = UInt8(record.count)
            #expect(!touch(record), "\(length)")
        }
    }

    @Test func `The checksum knows segment, position and every byte behind it`() {
        let record = Self.record(Self.full)
        let sum = checksum(record, segment: 1, position: 2)
        #expect(sum != checksum(record, segment: 2, position: 2))
        #expect(sum != checksum(record, segment: 1, position: 3))
        for place in 8..<record.count {
            var changed = record
            changed[place] ^= 0x40
            #expect(sum != checksum(changed, segment: 1, position: 2), "\(place)")
        }
    }

    private func isWellFormed(_ bytes: [UInt8]) -> Bool { EventRecord.isWellFormed(bytes.rawSpan) }

    private func checksum(_ record: [UInt8], segment: UInt64, position: Position) -> UInt32 {
        EventRecord.checksum(of: record.rawSpan, segment: segment, position: position)
    }

    /// Reads every field of a well-formed record; false where it is not.
    @discardableResult
    private func touch(_ bytes: [UInt8]) -> Bool {
        guard EventRecord.isWellFormed(bytes.rawSpan) else { return false }
        let view = EventView(record: bytes.rawSpan, position: 1)
        let event = RecordedEvent(view)
        var tags = 0
        view.forEachTag { tags += $0.byteCount }
        return event.position == 1 && tags <= bytes.count && (view.isSystem || !view.isSystem)
    }
}
