public import Daybook

/// What goes on, for logs, figures and traces: told to the closure that a ``SourcedStore`` was given, at once, on the task that
/// does it.
///
/// A place is the name of a stream, or of a boundary: the names of its parts. Durations are measured by the clock of the store's
/// ``Retries``. More may come, so a switch over it needs a default.
public enum SourcingSignal: Sendable {
    /// A state was made of so many events that were read; those of a boundary are the states of all its parts.
    case loaded(place: String, events: Int, duration: Duration)
    /// So many events are to be recorded, as was decided on the last state or on one that is taken for it.
    case decided(place: String, events: Int, duration: Duration)
    /// It was decided on the last state that something is not done.
    case refused(place: String, any Error, duration: Duration)
    /// Events were recorded, the last of them at this position.
    case recorded(place: String, events: Int, position: Position, duration: Duration)
    /// Somebody was quicker: it is decided again. The attempt that comes is this one, from 2 on.
    case retried(place: String, attempt: Int)
    /// What was asked for under a key had been decided before.
    case repeated(place: String, key: String)
    /// A snapshot could not be kept. The events are recorded; it is tried again with the next.
    case snapshotFailed(stream: String, any Error)
    /// So many outcomes that had been kept long enough were removed; the place is the owner of their records.
    case swept(place: String, outcomes: Int, duration: Duration)
    /// Outcomes could not be removed for a reason that passes: an ``OutcomeSweep`` tries again the next time.
    case sweepFailed(place: String, any Error)
}
