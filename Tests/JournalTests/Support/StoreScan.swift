import Daybook
import DaybookBytes
import DaybookPlatform

@testable import DaybookJournal

/// A journal read frame by frame from its files, beside all that the journal itself keeps in memory.
struct StoreScan {
    struct Frame: Equatable {
        var number: UInt64
        var flags: FrameHeader.Flags
        var durableUpTo: UInt64
        var firstPosition: Position
        var events: [RecordedEvent]
        /// Positions of those that are stubs.
        var stubs: [Position] = []
        var fields: FrameFields
        var isEmpty: Bool { events.isEmpty && fields.isEmpty }
    }

    var manifest: Manifest?
    var frames: [Frame] = []
    /// By segment file, where its last frame ends.
    var ends: [String: Int] = [:]
    /// What is not as it must be, in words.
    var problems: [String] = []

    var events: [RecordedEvent] { frames.flatMap(\.events) }
    /// The frames that hold an append.
    var appends: [Frame] { frames.filter { !$0.isEmpty } }

    init(_ disk: any Disk, journal name: String = JournalName.main) throws {
        let paths = JournalPaths(name: name)
        manifest = try ManifestFiles(disk: disk, paths: paths).load().manifest
        for segment in manifest?.segments ?? [] { try scan(segment, disk, paths) }
        checkNumbers()
    }

    private mutating func scan(
        _ segment: Manifest.Segment, _ disk: any Disk, _ paths: JournalPaths
    ) throws {
        let path = paths.segment(
            serial: segment.serial, generation: segment.generation)
        let file = try OpenFile(disk, path, .read)
        let end = try segment.sealed?.end ?? file.size()
        let before = frames.count
        let head = try file.read(SegmentHeader.byteCount, at: 0)
        var dictionary: SegmentDictionary?
        if segment.isCompressed, let header = try? SegmentHeader(decoding: head.bytes) {
            dictionary = SegmentDecoders(FakeCodec(), countMax: 1).dictionary(header, file)
        }
        var scanner = FrameScanner(
            file, randomID: segment.randomID, to: end, records: .plain(dictionary))
        do {
            while let frame = try scanner.next() { frames.append(Frame(frame)) }
        } catch {
            if segment.sealed != nil {
                problems.append("sealed segment \(segment.serial): \(error)")
            }
        }
        ends[path] = scanner.offset
        guard let sealed = segment.sealed else { return }
        let own = frames[before...]
        let isAsSaid =
            own.count == Int(sealed.frames)
            && own.reduce(0) { $0 + $1.events.count } == Int(sealed.events)
            && own.reduce(0) { $0 + $1.fields.records.count } == Int(sealed.records)
            && (own.first.map { $0.number == sealed.firstFrame } ?? true)
        if !isAsSaid { problems.append("segment \(segment.serial) is not what the manifest says") }
        if let times = segment.times, let found = Self.times(of: own), !times.covers(found) {
            problems.append("segment \(segment.serial) has events at other times")
        }
    }

    /// When the events of some frames were recorded and occurred.
    static func times(of frames: some Sequence<Frame>) -> SegmentTimes? {
        var times: SegmentTimes?
        for event in frames.flatMap(\.events) {
            times.add(
                recorded: event.recordedAt.microseconds, occurred: event.occurredAt?.microseconds)
        }
        return times
    }

    private mutating func checkNumbers() {
        var (number, position, record, time) = (
            1 as UInt64, 1 as Position, 0 as UInt64, Timestamp.min
        )
        var revisions: [String: Revision] = [:]
        for frame in frames {
            if frame.number != number {
                problems.append("frame \(frame.number) follows \(number - 1)")
            }
            if frame.firstPosition != position {
                problems.append("frame \(number) begins at \(frame.firstPosition), not \(position)")
            }
            if frame.durableUpTo >= frame.number {
                problems.append("frame \(number) says that itself is durable")
            }
            if !frame.fields.records.isEmpty && frame.fields.firstRecord != record + 1 {
                problems.append(
                    "frame \(number): record \(frame.fields.firstRecord) follows \(record)")
            }
            for event in frame.events {
                let revision = revisions[event.stream] ?? 0
                if event.revision != revision || event.position != position
                    || event.recordedAt < time
                {
                    problems.append("event \(event.position) is out of order")
                }
                revisions[event.stream] = revision + 1
                position += 1
                time = event.recordedAt
            }
            record += UInt64(frame.fields.records.count)
            number = frame.number + 1
        }
    }
}

extension Timestamp {
    static var min: Timestamp { Timestamp(microseconds: .min) }
}

extension StoreScan.Frame {
    init(_ scanned: ScannedFrame) {
        let header = scanned.frame.header
        number = header.number
        flags = header.flags
        durableUpTo = header.durableUpTo
        firstPosition = header.firstPosition
        fields = scanned.fields ?? FrameFields()
        let (range, starts) = scanned.records
        var stubs: [Position] = []
        events = starts.enumerated().map { index, start in
            let at = range.lowerBound + start
            let bytes = scanned.block.bytes
            let length = Int(bytes.u32(at: at))
            let view = EventView(
                record: bytes.extracting(at..<at + length),
                position: header.firstPosition + Position(index))
            if view.isStub { stubs.append(view.position) }
            return RecordedEvent(view)
        }
        self.stubs = stubs
    }
}
