internal import Daybook

/// What resolving an append found out, in the index and the journal, at one moment.
struct Facts: Sendable {
    /// Everything up to this frame was taken into account, and nothing after it.
    var frame: UInt64 = 0
    /// The last position of that frame.
    var head: Position = 0
    /// By stream of the append.
    var streams: [StreamFacts] = []
    /// By entry: where an earlier try of it stands by the rule of its stream or by the query; empty where none was
    /// found.
    var places: [RecordedPlace?] = []
    /// By entry without another rule: where the event stands last, of the last events; empty where none was found.
    var recent: [RecordedPlace?] = []
    /// The first event that matches the query behind its position.
    var conflict: Position?
    /// What it takes to look the query up behind its position. Where that is too much it was not looked up.
    var candidates = Candidates()
    /// How many events match the query behind its position, as far as that may matter.
    var matches = 0
    var tracking: TrackingToken?
    /// By record of the append: the sequence number of the value that stands under its key.
    var records: [UInt64?] = []
}

/// What became of an append.
enum Decision {
    /// Record it.
    case accept
    /// It was recorded before.
    case duplicate(Appended)
    case refuse(StoreError)
    /// The facts are older than what the overlay still knows.
    case resolveAgain
}
