public import Daybook

/// A point in what has happened to something: its state there is what all events up to it lead to.
public enum HistoryPoint: Hashable, Sendable {
    /// Behind the event of this revision, which must have been recorded.
    case revision(Revision)
    /// Behind this place in the journal, which must have come so far; 0 is before everything. Points of several streams at one
    /// position belong together.
    case position(Position)
    /// What was recorded up to an instant, that instant included; of one in the future, all that is recorded by now.
    case time(Timestamp)
    /// What had occurred up to an instant, that instant included, as is known by now: events that do not say when they
    /// occurred did when they were recorded. They are folded in the order in which they were recorded, without those that
    /// occurred later.
    case occurred(Timestamp)
    /// All that is recorded.
    case now
}

extension HistoryPoint: CustomStringConvertible {
    public var description: String {
        switch self {
        case .revision(let revision): "revision \(revision)"
        case .position(let position): "position \(position)"
        case .time(let time): "what was recorded by \(time)"
        case .occurred(let time): "what had occurred by \(time)"
        case .now: "now"
        }
    }

    /// What becomes of an event on the way to a point.
    enum Reach { case within, passedOver, behind }

    func reach(of event: borrowing EventView) -> Reach {
        switch self {
        case .revision(let last): event.revision <= last ? .within : .behind
        case .position(let last): event.position <= last ? .within : .behind
        case .time(let last): event.recordedAt <= last ? .within : .behind
        case .occurred(let last):
            (event.occurredAt ?? event.recordedAt) <= last ? .within : .passedOver
        case .now: .within
        }
    }

    /// Whether a deletion of the stream, which begins anew at a revision, had been recorded by then.
    func comesAfter(deletion: RecordedEvent, first: Revision) -> Bool {
        switch self {
        case .revision(let last): last >= first
        case .position(let last): deletion.position <= last
        case .time(let last), .occurred(let last): deletion.recordedAt <= last
        case .now: true
        }
    }

    /// Whether a state is on the way to it, as far as a state tells.
    func isBehind(_ loaded: Loaded<some Any>) -> Bool {
        switch self {
        case .revision(let last): loaded.revision.map { $0 <= last } ?? true
        case .position(let last): loaded.position <= last
        case .now: true
        case .time, .occurred: false
        }
    }
}
