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
    /// How many were stubs before.
    private(set) var stubs = 0
    /// Bytes of all its events, not compressed.
    private(set) var plainBytes = 0
    /// Of what stays nothing goes with time, or by later events.
    private(set) var staysForNow = true
    /// When its events were recorded and occurred.
    private(set) var times: SegmentTimes?
    /// Of the records as they will be; nil where none are wanted.
    private(set) var samples: RecordSamples?

    init(samples: RecordSamples? = nil) { self.samples = samples }

    /// Takes in the events of the next frame.
    mutating func take(
        _ frame: ScannedFrame, _ table: inout RetentionTable
    ) throws(ReadFailure) {
        let bytes = frame.block.bytes
        times.add(frame.frame, in: bytes)
        var at = frame.frame.offset + frame.frame.header.eventsAt
        for event in 0..<frame.frame.header.eventCount {
            let length = Int(bytes.u32(at: at))
            let view = EventView(
                record: bytes.extracting(at..<at + length),
                position: frame.frame.header.firstPosition + Position(event))
            var stays = view.isStub
            if stays {
                stubs += 1
            } else {
                let retention = try table.retention(of: view)
                stays = retention.keeps(view)
                if stays && retention.goesByItself { staysForNow = false }
            }
            plainBytes += length
            isRemoved.append(!stays)
            if !stays {
                removed += 1
                removedBytes += view.dataBytes.byteCount + view.metadataBytes.byteCount
            }
            sample(view, isRemoved: !stays)
            at += length
        }
    }

    /// Whether a segment of which so many bytes are used is written again for it.
    func isWorthwhile(of usedBytes: Int, _ options: Compaction.Options) -> Bool {
        if removed == 0 { return false }
        return options.takesAll || removedBytes >= usedBytes / Compaction.worthwhileShare
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
