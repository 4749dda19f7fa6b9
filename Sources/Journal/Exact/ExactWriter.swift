package import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Makes a journal out of appends that were recorded elsewhere: same positions, revisions, times and boundaries, another
/// epoch. Nobody sees it before it is finished.
package struct ExactWriter: ~Copyable {
    private let environment: JournalEnvironment
    private let paths: JournalPaths
    private let options: JournalOptions
    private var store: StoreInMaking
    private var manifest: Manifest
    private var next = JournalEnd.start
    private var revisions: StreamRevisions

    /// The frames of the present segment.
    private var frames = ByteWriter(capacity: 1 << 20)
    private var randomID: UInt64 = 0
    private var extent = Manifest.Sealed(firstFrame: 1, firstPosition: 1, firstRecord: 1)
    private var times: SegmentTimes?
    /// How many of its events are stubs.
    private var stubs: UInt64 = 0

    /// Begins a journal in a store that has none of that name, or in which it was begun and not finished; a folder that
    /// is empty or absent becomes a store.
    /// - Throws: `invalid` where the store has it or the folder holds anything else; `locked`, `diskFull`, `readOnly`, `inputOutput`.
    package static func begin(
        in environment: JournalEnvironment, name: String = JournalName.main, journal: EventID,
        createdAt: Timestamp, options: JournalOptions = JournalOptions()
    ) throws(StoreError) -> ExactWriter {
        options.check()
        let paths = JournalPaths(name: name)
        let store = try StoreInMaking(environment, paths, for: "The imported store")
        return ExactWriter(
            environment, paths, options, store,
            Manifest(
                generation: 1, journal: journal, epoch: environment.randomness.next() | 1,
                createdAt: createdAt.microseconds))
    }

    private init(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ options: JournalOptions,
        _ store: StoreInMaking, _ manifest: Manifest
    ) {
        self.environment = environment
        self.paths = paths
        self.options = options
        self.store = store
        self.manifest = manifest
        revisions = StreamRevisions(environment.randomness)
    }

    package var lastPosition: Position { next.position - 1 }

    /// Adds an append: all its events, in order.
    /// - Throws: `invalid` where one of them cannot follow what is there, with its position; `tooLarge`, `diskFull`,
    ///   `inputOutput`.
    package mutating func add(_ events: [ExactEvent]) throws(StoreError) {
        guard let first = events.first?.recorded else { return }
        try check(events.map(\.recorded))
        var records = ByteWriter(capacity: 1024)
        for event in events { Self.encode(event, into: &records) }
        // What stands for a removed event may be longer than the event was.
        let hasStubs = events.contains { $0.removed != nil }
        let bytesMax = hasStubs ? FrameScanner.plainBytesMax : Limits.appendBytesMax
        guard records.count <= bytesMax else {
            throw Self.misfit(first, "its append has more than \(bytesMax) bytes")
        }
        try makeRoom(
            FrameHeader.byteCount(fields: 0, eventBytes: records.count))
        next.recordedAt = first.recordedAt.microseconds
        _ = FrameHeader.append(
            to: &frames, segment: randomID,
            FrameHeader.Heading(
                number: next.frame, firstPosition: next.position,
                durableUpTo: next.frame - 1),
            fields: RawSpan(), events: records.bytes, count: events.count,
            revisions: events.map(\.recorded.revision), recordedAt: next.recordedAt)
        next.frame += 1
        next.position += Position(events.count)
        extent.frames += 1
        extent.events += UInt64(events.count)
        stubs += UInt64(events.count { $0.removed != nil })
        for event in events.map(\.recorded) {
            times.add(
                recorded: event.recordedAt.microseconds, occurred: event.occurredAt?.microseconds)
        }
    }

    private static func encode(_ event: ExactEvent, into writer: inout ByteWriter) {
        let (recorded, stream) = (event.recorded.event, event.recorded.stream)
        guard let removed = event.removed else {
            return EventRecord.encode(recorded, stream: stream, into: &writer)
        }
        precondition(
            recorded.data.isEmpty && recorded.metadata.isEmpty,
            "nothing is there of what was removed")
        var record = ByteWriter(capacity: 256)
        EventRecord.encode(recorded, stream: stream, into: &record)
        EventRecord.encodeStub(of: record.bytes, saying: removed, into: &writer)
    }

    /// Takes in that the events follow, and refuses those that do not.
    private mutating func check(_ events: [RecordedEvent]) throws(StoreError) {
        let recordedAt = events[0].recordedAt
        guard events.count <= Limits.appendEventsMax else {
            throw Self.misfit(
                events[0], "its append has more than \(Limits.appendEventsMax) events")
        }
        if next.position > 1 && recordedAt.microseconds < next.recordedAt {
            throw Self.misfit(
                events[0], "it was recorded before the one in front of it, and times never go back")
        }
        for (place, event) in events.enumerated() {
            let position = next.position + Position(place)
            guard event.position == position else {
                throw Self.misfit(event, "position \(position) has to follow")
            }
            guard event.recordedAt == recordedAt else {
                throw Self.misfit(
                    event, "it was not recorded at the same time as the rest of its append")
            }
            let name = Array(event.stream.utf8)
            let revision = revisions.take(event.revision, of: name.rawSpan)
            guard event.revision == revision else {
                throw Self.misfit(
                    event,
                    "it has revision \(event.revision), and revision \(revision) of stream "
                        + "\(StoreError.quoted(event.stream)) has to follow")
            }
        }
    }

    private static func misfit(_ event: RecordedEvent, _ why: String) -> StoreError {
        StoreError(
            .invalid, "The event does not fit behind those before it", why: why,
            remedy: "Import the lines as `daybook export --exact` wrote them, all of them.",
            place: "position \(event.position)", position: event.position)
    }

    // MARK: Segments

    /// Ends the present segment where a frame of so many bytes is too much for it.
    private mutating func makeRoom(_ bytes: Int) throws(StoreError) {
        let bytesMax = min(
            options.segmentBytesFirst << min(manifest.segments.count, 20), options.segmentBytesMax)
        if extent.frames > 0, SegmentHeader.byteCount + frames.count + bytes > bytesMax {
            try finishSegment()
        }
        if extent.frames == 0 { randomID = environment.randomness.next() }
    }

    private mutating func finishSegment() throws(StoreError) {
        extent.end = SegmentHeader.byteCount + frames.count
        var header = SegmentHeader(
            journal: manifest.journal, epoch: manifest.epoch,
            serial: UInt64(manifest.segments.count) + 1, generation: 0, randomID: randomID,
            preparedAt: environment.time.wallMicroseconds(), fileBytes: UInt64(extent.end))
        header.stubs = stubs
        stubs = 0
        let segment = Manifest.Segment(
            serial: header.serial, randomID: header.randomID, sealed: extent, times: times)
        times = nil
        let head = header.encoded()
        let path = paths.segment(serial: header.serial, generation: 0)
        var target = store.target
        defer { store.target = target }
        try target.begin(path, byteCount: extent.end)
        try target.write(head.bytes)
        try target.write(frames.bytes)
        let checksum = CRC32C.checksum(
            of: frames.bytes, after: CRC32C.checksum(of: head.bytes))
        try target.end(checksum: checksum)
        frames.removeAll()
        manifest.segments.append(segment)
        extent = Manifest.Sealed(
            firstFrame: next.frame, firstPosition: next.position, firstRecord: next.record + 1)
    }

    /// Makes the store whole.
    package mutating func finish() throws(StoreError) {
        if extent.frames > 0 { try finishSegment() }
        try store.finish(manifest)
    }

    /// Gives up, and leaves no store.
    package mutating func discard() { store.discard() }
}
