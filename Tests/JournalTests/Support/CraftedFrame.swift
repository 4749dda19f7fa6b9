import Daybook
import DaybookBytes

@testable import DaybookJournal

/// A frame made by hand, to stand where no writer would have put it.
struct CraftedFrame {
    var number: UInt64
    var firstPosition: Position
    var durableUpTo: UInt64
    var flags: FrameHeader.Flags = []
    var fields: [UInt8] = []
    var events: [(stream: String, event: Event)] = []
    var revisions: [Revision] = []

    func bytes(_ randomID: UInt64) -> [UInt8] {
        var records = ByteWriter()
        for (stream, event) in events {
            EventRecord.encode(event, stream: stream, into: &records)
        }
        var writer = ByteWriter()
        _ = FrameHeader.append(
            to: &writer, segment: randomID,
            FrameHeader.Heading(
                number: number, firstPosition: firstPosition, durableUpTo: durableUpTo,
                flags: flags),
            fields: fields.rawSpan, events: records.bytes, count: events.count,
            revisions: revisions.isEmpty ? events.indices.map(Revision.init) : revisions,
            recordedAt: 5)
        return writer.bytes.copied()
    }
}
