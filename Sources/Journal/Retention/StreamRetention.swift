internal import Daybook
internal import DaybookPlatform

/// What of a stream is gone at a compaction point.
struct StreamRetention: Hashable, Sendable {
    /// Events at positions before it were deleted.
    var deletedBefore: Position = 0
    var firstRevision: Revision = 0
    var recordedSince: Timestamp?
    /// More goes with time, or by later events of the stream.
    var goesByItself = false

    /// Nothing is gone.
    static let keepsAll = StreamRetention()

    func keeps(_ event: borrowing EventView) -> Bool {
        if event.position < deletedBefore || event.revision < firstRevision { return false }
        return recordedSince.map { event.recordedAt >= $0 } ?? true
    }
}

extension JournalView {
    /// What of a stream is gone at a compaction point: of those never deleted and without metadata, which are most, the
    /// index says so at once.
    func retention(
        of stream: String, at point: CompactionPoint
    ) throws(ReadFailure) -> StreamRetention {
        let facts = try index.facts(stream, .mayBlock)
        guard facts.hasMetadata || facts.first > 0 || facts.isTombstoned else { return .keepsAll }
        var retention = StreamRetention()
        let about = StreamName.metadata(of: stream)
        let deletion = Query.Item(
            types: [SystemType.softDeleted, SystemType.tombstoned], stream: about)
        if let last = try last(deletion, upTo: point.position, .mayBlock) {
            retention.deletedBefore = last.lastPosition
        }
        guard let metadata = try metadata(of: stream, upTo: point.position, .mayBlock),
            metadata.hidesSomething
        else { return retention }
        let own = Query.Item(stream: stream)
        guard let last = try last(own, upTo: point.position, .mayBlock) else { return retention }
        retention.firstRevision = metadata.firstRevision(next: last.view(at: 0).revision + 1)
        retention.recordedSince = metadata.recordedSince(point.time)
        retention.goesByItself = metadata.maxCount != nil || metadata.maxAgeSeconds != nil
        return retention
    }
}

/// What is gone of streams at one compaction point, remembered as long as there are not too many.
struct RetentionTable {
    private static let streamsMax = 65_536
    private let view: JournalView
    private let point: CompactionPoint
    private var known: [Spelling: StreamRetention] = [:]

    init(_ view: JournalView, _ point: CompactionPoint) {
        self.view = view
        self.point = point
    }

    /// What of the stream of an event is gone. What the system's streams hold never is: by it all is decided.
    mutating func retention(
        of event: borrowing EventView
    ) throws(ReadFailure) -> StreamRetention {
        event.isSystem ? .keepsAll : try retention(of: event.stream)
    }

    private mutating func retention(of stream: String) throws(ReadFailure) -> StreamRetention {
        if let found = known[Spelling(stream)] { return found }
        let found = try view.retention(of: stream, at: point)
        if known.count >= Self.streamsMax { known = [:] }
        known[Spelling(stream)] = found
        return found
    }
}
