public import Daybook

/// What goes on, for logs, figures and traces: told to the closure that a ``SourcedStore`` was given, at once, on the task that
/// does it.
public enum SourcingSignal: Sendable {
    /// A state was made of so many events that were read.
    case loaded(stream: String, events: Int)
    /// Events were recorded, the last of them at this position.
    case recorded(events: Int, position: Position)
    /// Somebody was quicker: it is decided again. The attempt that comes is this one, from 2 on.
    case retried(place: String, attempt: Int)
    /// The outcome of a command was known already.
    case repeated(stream: String, key: String)
    /// A snapshot could not be kept. The events are recorded; it is tried again with the next.
    case snapshotFailed(stream: String, any Error)
}
