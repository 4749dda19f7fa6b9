import Daybook
import DaybookBytes
import Testing

/// The record of an event whose data and metadata were removed.
@Suite struct EventStubTests {
    private static func stub(_ record: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        // Behind something else, so that offsets count from the record and not from the block.
        writer.append(UInt8(9))
        EventRecord.encodeStub(of: record.rawSpan, into: &writer)
        return Array(writer.bytes.copied().dropFirst())
    }

    private static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        EventRecord.isWellFormed(bytes.rawSpan)
    }

    @Test(arguments: EventRecordTests.events)
    func `All but data and metadata stays, and they are told by length and checksum`(
        _ event: Event
    ) {
        let record = EventRecordTests.record(event, stream: "küche-1")
        let bytes = Self.stub(record)
        #expect(Self.isWellFormed(bytes))
        let view = EventView(record: bytes.rawSpan, position: 7)
        let whole = EventView(record: record.rawSpan, position: 7)
        #expect(view.isStub && !whole.isStub)
        #expect(whole.removed == nil)
        let removed = view.removed
        #expect(removed?.dataBytes == event.data.count)
        let dataChecksum = CRC32C.checksum(of: event.data.rawSpan)
        #expect(removed?.dataChecksum == dataChecksum)
        #expect(removed?.metadataBytes == event.metadata.count)
        let metadataChecksum = CRC32C.checksum(of: event.metadata.rawSpan)
        #expect(removed?.metadataChecksum == metadataChecksum)
        var left = event
        left.data = []
        left.metadata = []
        #expect(RecordedEvent(view).event == left)
        #expect(view.stream == whole.stream)
        let gone = event.data.count + event.metadata.count
        #expect(bytes.count <= record.count - gone + 20)
    }

    @Test func `A stub that was cut anywhere is no record`() {
        let bytes = Self.stub(EventRecordTests.record(EventRecordTests.full))
        for length in 0..<bytes.count {
            #expect(!Self.isWellFormed(Array(bytes.prefix(length))))
        }
    }

    @Test func `A batch shows no stubs`() {
        let records = [
            EventRecordTests.record(EventRecordTests.full),
            Self.stub(EventRecordTests.record(EventRecordTests.full)),
        ]
        var writer = ByteWriter()
        var entries: [EventBatch.Entry] = []
        for (number, record) in records.enumerated() {
            entries.append(
                EventBatch.Entry(
                    position: Position(number + 1), offset: writer.count, length: record.count))
            writer.append(record)
        }
        let batch = EventBatch(block: writer.finish(), entries: entries)
        #expect(batch.mayHaveStubs)
        #expect(batch.withoutStubs.events.map(\.position) == [1])
        #expect(!batch.withoutStubs.mayHaveStubs)
    }
}
