internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Which events of a segment are to become stubs.
struct SegmentScan {
    /// By event, in order.
    private(set) var isRemoved: [Bool] = []
    /// How many become stubs, and how many bytes shorter they are then.
    private(set) var removed = 0
    private(set) var removedBytes = 0
    /// Of the records as they will be; nil where none are wanted.
    private(set) var samples: RecordSamples?

    init(samples: RecordSamples? = nil) { self.samples = samples }

    /// Takes in the events of the next frame.
    mutating func take(
        _ frame: ScannedFrame, _ table: inout RetentionTable
    ) throws(ReadFailure) {
        let bytes = frame.block.bytes
        var at = frame.frame.offset + frame.frame.header.eventsAt
        for event in 0..<frame.frame.header.eventCount {
            let length = Int(bytes.u32(at: at))
            let view = EventView(
                record: bytes.extracting(at..<at + length),
                position: frame.frame.header.firstPosition + Position(event))
            var stays = view.isStub
            if !stays { stays = try table.keeps(view) }
            isRemoved.append(!stays)
            if !stays {
                removed += 1
                removedBytes += view.dataBytes.byteCount + view.metadataBytes.byteCount
            }
            sample(view, isRemoved: !stays)
            at += length
        }
    }

    private mutating func sample(_ event: borrowing EventView, isRemoved: Bool) {
        if samples == nil { return }
        if !isRemoved {
            samples?.add(event.record)
            return
        }
        var stub = ByteWriter(capacity: 256)
        EventRecord.encodeStub(of: event.record, into: &stub)
        samples?.add(stub.bytes)
    }
}
