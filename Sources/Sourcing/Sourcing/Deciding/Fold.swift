/// What events become: a state, and how each event changes it. Pure: no store, no clock, no waiting.
public protocol Fold: Sendable {
    /// What happens to it.
    associatedtype Event: EventSet
    /// What it is by then.
    associatedtype State: Sendable
    /// What it is called where it is kept: part of the names of its streams and snapshots. Not that of the Swift type.
    static var name: String { get }
    /// Counts up when the same events lead to another state than before: snapshots of earlier versions are passed over.
    static var version: Int { get }
    /// Before the first event.
    var initial: State { get }
    /// Takes in the next event. What happened has happened: it cannot be refused.
    func evolve(_ state: inout State, _ event: Event)
    /// Whether nothing can happen to it any more: a repository keeps no such state in memory. False unless you say otherwise.
    func isTerminal(_ state: State) -> Bool
}

extension Fold {
    public static var version: Int { 1 }
    public func isTerminal(_ state: State) -> Bool { false }

    /// The state that some events lead to.
    public func state(_ events: some Sequence<Event>) -> State {
        var state = initial
        for event in events { evolve(&state, event) }
        return state
    }
}

/// Says which events follow from a command: none where nothing is to be done.
public protocol Decider: Fold {
    /// What is asked for.
    associatedtype Command: Sendable
    /// Why it is not done.
    associatedtype Refusal: Error = Never
    /// Decides on a state. Pure as ``Fold/evolve(_:_:)``: it may be asked again, on another state.
    func decide(_ command: Command, _ state: State) throws(Refusal) -> [Event]
}
