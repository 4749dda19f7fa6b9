internal import Daybook
internal import DaybookPlatform

/// Tells of segments that were settled at an earlier compaction point whether something goes in them at a later one:
/// only where something was said of a stream since that has events in them.
struct SettledSegments {
    private let view: JournalView
    /// The streams of which something was said; nil where it was too much.
    private let streams: [String]?

    /// - Parameter earlier: nothing before it matters.
    /// - Throws: as reads do.
    init(_ view: JournalView, after earlier: Position, upTo point: Position) throws(ReadFailure) {
        self.view = view
        var said: Set<[UInt8]> = []
        var at = earlier
        let query = Query.types([
            SystemType.metadata, SystemType.softDeleted, SystemType.tombstoned,
        ])
        while at < point {
            let request = IndexRequest(
                query, in: at + 1...point, limit: Compaction.saidMax, includesSystemStreams: true)
            let (batch, lookedAt) = try view.batch(request, .mayBlock)
            for number in 0..<batch.count {
                let event = batch.view(at: number)
                guard let subject = StreamName.subject(of: event.stream) else { continue }
                said.insert(Array(subject.utf8))
            }
            if said.count > Compaction.saidMax {
                streams = nil
                return
            }
            at = lookedAt
        }
        streams = said.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether nothing was said of any stream with events in a segment that was settled.
    /// - Throws: as reads do.
    func isUntouched(_ extent: Manifest.Sealed) throws(ReadFailure) -> Bool {
        guard let streams else { return false }
        for stream in streams {
            if try hasEvents(of: stream, in: extent) { return false }
        }
        return true
    }

    private func hasEvents(
        of stream: String, in extent: Manifest.Sealed
    ) throws(ReadFailure) -> Bool {
        let end = extent.firstPosition + extent.events - 1
        var at = extent.firstPosition - 1
        while at < end {
            let request = IndexRequest(
                Query([Query.Item(stream: stream)]), in: at + 1...end, limit: 1,
                includesSystemStreams: true)
            let chunk = try view.positions(request, .mayBlock)
            if !chunk.positions.isEmpty { return true }
            at = chunk.lookedAt
        }
        return false
    }
}
