internal import Daybook

/// Goes through the events of a stream up to a point, one by one, and folds them. Used by one task at a time.
final class HistoryWalk<Model: Fold> {
    let stream: String
    private let loader: StateLoader<Model>
    private let point: HistoryPoint
    private let snapshot: Loaded<Model.State>?
    private var cursor: (any EventCursor)?
    private var batch: EventBatch?
    private var at = 0
    private var nextRevision: Revision = 0
    private var decoders = PayloadDecoders()
    /// The state behind the event that was folded last.
    private(set) var loaded: Loaded<Model.State>

    /// - Parameter snapshot: A state on the way to the point: the events before it need not be folded.
    init(
        _ stream: String, to point: HistoryPoint, _ loader: StateLoader<Model>,
        snapshot: Loaded<Model.State>? = nil
    ) {
        self.stream = stream
        self.point = point
        self.snapshot = snapshot
        self.loader = loader
        loaded = loader.nothing
    }

    /// Goes to the next event, which is to be folded then.
    /// - Returns: false where there is none up to the point.
    func next() async throws -> Bool {
        let cursor = if let cursor { cursor } else { try await open() }
        while true {
            at += 1
            if batch.map({ at >= $0.count }) ?? true {
                do { batch = try await cursor.next() } catch {
                    // It never was, or it was deleted: nothing has happened.
                    if error.code == .streamNotFound { return false }
                    throw error
                }
                at = 0
            }
            guard let batch else { return false }
            let event = batch.view(at: at)
            if event.revision != nextRevision {
                throw HistoryStart.gone(stream, point, first: event.revision)
            }
            nextRevision += 1
            switch point.reach(of: event) {
            case .within: return true
            case .passedOver: continue
            case .behind: return false
            }
        }
    }

    /// Folds the event it is at.
    /// - Parameter each: called with each event that it is read as, after that was folded.
    func fold(_ each: (Model.Event) -> Void = { _ in }) throws {
        guard let batch else { return }
        let event = batch.view(at: at)
        try loader.table.read(event, &decoders) {
            loader.model.evolve(&loaded.state, $0)
            each($0)
        }
        loaded.revision = event.revision
        loaded.position = event.position
    }

    /// The event it is at, as it is recorded.
    var event: RecordedEvent? { batch.map { $0[at] } }

    private func open() async throws -> any EventCursor {
        let start = try await HistoryStart(
            of: stream, to: point, in: loader.store, snapshot: snapshot?.place,
            readsTruncatedStreams: loader.readsTruncatedStreams)
        nextRevision = start.revision
        if start.isSnapshot, let snapshot { loaded = snapshot }
        let cursor = try loader.store.cursor(Read(.stream(stream), from: .revision(nextRevision)))
        self.cursor = cursor
        return cursor
    }
}
