internal import Daybook

/// Something that is asked for, and what whoever asks gets back.
///
/// ```swift
/// struct Withdraw: Command {
///     typealias Result = Executed<Account>
///     var account: String
///     var amount: Int
/// }
/// ```
public protocol Command<Result>: NamedCommand {
    /// What becomes of it. Nothing unless you say so.
    associatedtype Result: Sendable = Void
}

/// A command on its way: who sent it, and why.
public struct CommandContext: Sendable {
    /// Of this sending of it: what its events carry as their causation.
    public let id: String
    /// What the command is called.
    public let name: String
    /// What caused the command itself: the id of an event or of another command; nil where nothing did.
    public let causedBy: String?
    /// What is stamped on the events that follow from it.
    public let cause: Cause

    /// - Parameter sender: why the command is sent.
    init(name: String, id: String?, sender: Cause) {
        let id = id ?? "\(EventID())"
        var cause = sender
        cause.correlation = sender.correlation ?? sender.causation ?? id
        cause.causation = id
        self.id = id
        self.name = name
        causedBy = sender.causation
        self.cause = cause
    }
}
