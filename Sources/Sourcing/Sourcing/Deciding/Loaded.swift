public import Daybook

/// A state, and how far it has come.
public struct Loaded<State: Sendable>: Sendable {
    /// What all events up to ``revision`` have led to.
    public var state: State
    /// Of the last event it has taken in; nil where there was none.
    public var revision: Revision?
    /// Of the same event; 0 where there was none.
    public var position: Position
    /// The revision of the last event of its metadata stream, which tells of deletions; nil: that is taken to be empty,
    /// until an append says otherwise.
    var metadata: Revision?
    /// The revision that the first event of a stream would have of which nothing is there: not 0 where it was deleted.
    var begins: Revision = 0
    /// What has come since its snapshot.
    var since = SinceSnapshot()

    init(_ state: State, revision: Revision? = nil, position: Position = 0) {
        self.state = state
        self.revision = revision
        self.position = position
    }
}

/// What became of a command.
public struct Executed<Model: Fold>: Sendable {
    /// The state behind what was recorded.
    public let state: Model.State
    /// What was recorded; nothing where nothing was to be done.
    public let events: [Model.Event]
    /// Of the last event of the stream; nil where it has none.
    public let revision: Revision?
    /// Of the last event of the stream: what whoever reads his own writes waits for. 0 where it has none.
    public let position: Position
    /// Whether it had been done before, under the same key, and nothing was recorded now.
    public let isRepeated: Bool
}
