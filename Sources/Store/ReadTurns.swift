internal import Synchronization

/// Says when a task that reads is to give others their turn.
///
/// What is in memory is read without ever waiting, and a task that never waits keeps its thread to itself. All reads of a
/// store are counted together: a loop over many short ones gives way as one long one does.
final class ReadTurns: Sendable {
    private let work = Atomic<Int>(0)
    /// A turn, in events: about a millisecond.
    private static let eventsMax = 4096
    /// A step is as much work as so many events.
    private static let eventsOfStep = 16

    /// Counts a step that gave so many events; whether a turn is over with it.
    func isOver(events: Int) -> Bool {
        let (before, after) = work.wrappingAdd(Self.eventsOfStep + events, ordering: .relaxed)
        return before / Self.eventsMax != after / Self.eventsMax
    }
}
