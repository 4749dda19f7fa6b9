/// How a stream is.
public enum StreamState: Hashable, Sendable {
    /// Never written, and without metadata.
    case never
    /// Never written, but has metadata.
    case onlyMetadata
    /// Its last event has this revision.
    case live(last: Revision)
    /// All its events are deleted; the next one reopens it at `last + 1`.
    case softDeleted(last: Revision)
    /// Deleted for good.
    case tombstoned(last: Revision?)

    /// The revision the next event would have, whatever the state.
    public var next: Revision {
        switch self {
        case .never, .onlyMetadata, .tombstoned(nil): 0
        case .live(let last), .softDeleted(let last), .tombstoned(let last?): last + 1
        }
    }
}

extension StreamState: CustomStringConvertible {
    public var description: String {
        switch self {
        case .never: "it was never written"
        case .onlyMetadata: "it was never written and has only metadata"
        case .live(let last): "its last revision is \(last)"
        case .softDeleted(let last): "it is deleted, and its last revision was \(last)"
        case .tombstoned: "it is deleted for good"
        }
    }
}

/// A stream as the store knows it.
public struct StreamInfo: Hashable, Sendable {
    public let name: String
    public let state: StreamState
    /// The revision of the first event that can be read; equal to `state.next` where there is none.
    public let firstRevision: Revision
    /// The position of its last event, deleted or not; nil where it was never written.
    public let lastPosition: Position?

    public init(
        name: String, state: StreamState, firstRevision: Revision, lastPosition: Position?
    ) {
        self.name = name
        self.state = state
        self.firstRevision = firstRevision
        self.lastPosition = lastPosition
    }

    /// How many events can be read from it.
    public var count: UInt64 {
        if case .live = state { state.next - firstRevision } else { 0 }
    }
}
