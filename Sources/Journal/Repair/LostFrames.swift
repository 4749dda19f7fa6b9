internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What can still be read of frames that no longer follow what is whole: to tell what is lost, never to serve it.
struct LostFrames {
    /// So many streams, owners and consumers are counted by name.
    static let namesMax = 100_000

    /// What followed behind the last frame that could be read.
    var end = JournalEnd.start
    /// By stream, the events that could be read.
    var streams: [String: Int] = [:]
    var events: UInt64 = 0
    /// By owner, the system records, and by consumer, the tracking marks that could be read.
    var owners: [String: Int] = [:]
    var consumers: [String: Int] = [:]

    /// Reads what lies in a file from an offset on, however damaged it is in between.
    /// - Throws: `inputOutput`.
    static func read(_ remnant: JournalSurvey.Remnant) throws(StoreError) -> LostFrames {
        var found = LostFrames()
        guard let file = remnant.file else { return found }
        let block: SharedBytes
        var unread = LostSectors()
        do throws(Errno) {
            block = try file.file.readAround(
                max(0, file.byteCount - remnant.from), at: remnant.from, &unread)
        } catch {
            throw .inputOutput("A segment cannot be read", remnant.path, error)
        }
        var at = 0
        while at + FrameHeader.fixedBytes <= block.count {
            if block.bytes.u32(at: at) == FrameHeader.magic,
                let header = FrameHeader(in: block.bytes, at: at, segment: file.header.randomID)
            {
                found.take(header, block.bytes, at: at, file.header.randomID)
                at += header.byteCount
            } else {
                at += FrameHeader.alignment
            }
        }
        return found
    }

    private mutating func take(
        _ header: FrameHeader, _ block: borrowing RawSpan, at start: Int, _ randomID: UInt64
    ) {
        end.frame = max(end.frame, header.number + 1, header.durableUpTo + 1)
        end.position = max(end.position, header.firstPosition + Position(header.eventCount))
        takeFields(
            block.extracting(start + header.fieldsRange.lowerBound..<start + header.eventsAt),
            header)
        var at = start + header.eventsAt
        let frameEnd = min(start + header.byteCount, block.byteCount)
        for event in 0..<header.eventCount {
            guard at + EventRecord.namesAt <= frameEnd else { return }
            let length = Int(block.u32(at: at))
            guard length >= EventRecord.namesAt, length <= frameEnd - at else { return }
            let record = block.extracting(at..<at + length)
            let position = header.firstPosition + Position(event)
            if EventRecord.checksum(of: record, segment: randomID, position: position)
                == record.u32(at: EventRecord.checksumAt)
            {
                events += 1
                // What is compressed does not tell its stream here.
                if !EventRecord.isWellFormed(record) {
                    at += length
                    continue
                }
                let stream = EventView(record: record, position: position).stream
                Self.count(1, of: stream, in: &streams)
            }
            at += length
        }
    }

    /// The checksum of the header covers its fields.
    private mutating func takeFields(_ bytes: borrowing RawSpan, _ header: FrameHeader) {
        guard header.fieldBytes > 0,
            let fields = try? FrameFields(decoding: bytes.extracting(0..<header.fieldBytes))
        else { return }
        if let consumer = fields.tracking?.consumer { Self.count(1, of: consumer, in: &consumers) }
        for record in fields.records { Self.count(1, of: record.owner, in: &owners) }
        if !fields.records.isEmpty {
            end.record = max(end.record, fields.firstRecord + UInt64(fields.records.count) - 1)
        }
    }

    mutating func add(_ other: LostFrames) {
        events += other.events
        for (stream, count) in other.streams { Self.count(count, of: stream, in: &streams) }
        for (owner, count) in other.owners { Self.count(count, of: owner, in: &owners) }
        for (consumer, count) in other.consumers {
            Self.count(count, of: consumer, in: &consumers)
        }
    }

    private static func count(_ more: Int, of name: String, in counts: inout [String: Int]) {
        if counts[name] != nil || counts.count < namesMax { counts[name, default: 0] += more }
    }
}
