/// Where a command leads, and what is recorded on the way.
///
/// ```swift
/// Transition(Pay.self, from: .placed, to: .paid) { pay, _ in Paid(amount: pay.amount) }
///     .when("it is the whole amount") { pay, order in pay.amount == order.total }
/// ```
///
/// Where several lead from one phase by one command, the first whose guard allows it is taken.
public struct Transition<Command: MachineCommand>: Sendable {
    /// What guards and events are asked with.
    public typealias State = MachineState<Command.Machine.Phase, Command.Machine.Context>

    var line: MachineTransition<Command.Machine>

    /// - Parameters:
    ///   - command: The type of the commands that lead there.
    ///   - phases: From each of these.
    ///   - phase: To this one.
    ///   - record: What has happened then; with its arrival the machine is in the new phase.
    public init<Payload: DomainEvent>(
        _ command: Command.Type, from phases: Command.Machine.Phase...,
        to phase: Command.Machine.Phase,
        recording record: @escaping @Sendable (Command, State) -> Payload
    ) {
        line = MachineTransition(from: phases, to: phase, payload: Payload.self)
        line.command = Command.self
        line.record = { command, state in (command as? Command).map { record($0, state) } }
    }

    /// The same, of an event that the command says nothing of.
    public init<Payload: DomainEvent>(
        _ command: Command.Type, from phases: Command.Machine.Phase...,
        to phase: Command.Machine.Phase,
        recording event: @autoclosure @escaping @Sendable () -> Payload
    ) {
        line = MachineTransition(from: phases, to: phase, payload: Payload.self)
        line.command = Command.self
        line.record = { _, _ in event() }
    }

    /// Only where this holds. Of several guards all have to.
    /// - Parameters:
    ///   - words: What has to hold, in words: refusals and pictures say it.
    ///   - holds: Whether it does. Pure: no store, no clock, no waiting.
    public func when(
        _ words: String, _ holds: @escaping @Sendable (Command, State) -> Bool
    ) -> Self {
        var other = self
        let guards = line.guards
        other.line.guards =
            guards + [
                MachineTransition.Guard(words: words) { command, state in
                    (command as? Command).map { holds($0, state) } ?? false
                }
            ]
        return other
    }
}

/// Where an event leads that no command makes any more, but that machines of before have recorded.
public struct PastTransition<Machine: MachineDefinition>: Sendable {
    let line: MachineTransition<Machine>

    /// - Parameters:
    ///   - payload: The type of the events that lead there.
    ///   - phases: From each of these.
    ///   - phase: To this one.
    public init(
        _ payload: any DomainEvent.Type, from phases: Machine.Phase..., to phase: Machine.Phase
    ) {
        line = MachineTransition(from: phases, to: phase, payload: payload)
    }
}

/// A line of a ``MachineDefinition``.
public struct MachineTransition<Machine: MachineDefinition>: Sendable {
    typealias State = MachineState<Machine.Phase, Machine.Context>

    struct Guard: Sendable {
        let words: String
        let holds: @Sendable (any MachineCommand<Machine>, State) -> Bool
    }

    let from: [Machine.Phase]
    let to: Machine.Phase
    let payload: any DomainEvent.Type
    /// Nil where no command leads here any more.
    var command: (any MachineCommand<Machine>.Type)?
    var guards: [Guard] = []
    var record: @Sendable (any MachineCommand<Machine>, State) -> (any DomainEvent)? = { _, _ in
        nil
    }

    init(from: [Machine.Phase], to: Machine.Phase, payload: any DomainEvent.Type) {
        self.from = from
        self.to = to
        self.payload = payload
    }

    /// Its guards in words; nil where it has none.
    var condition: String? {
        guards.isEmpty ? nil : guards.map(\.words).joined(separator: " and ")
    }

    /// What leads here, in words: `Pay [it is the whole amount]`.
    var words: String {
        (command?.name ?? "formerly") + (condition.map { " [\($0)]" } ?? "")
    }
}

/// Makes a list of the transitions that are named one below the other.
@resultBuilder
public enum TransitionBuilder<Machine: MachineDefinition> {
    /// A transition by a command.
    public static func buildExpression<Command: MachineCommand<Machine>>(
        _ transition: Transition<Command>
    ) -> [MachineTransition<Machine>] {
        [transition.line]
    }
    /// A transition that is made no more.
    public static func buildExpression(
        _ transition: PastTransition<Machine>
    ) -> [MachineTransition<Machine>] {
        [transition.line]
    }
    /// Lines that were made elsewhere.
    public static func buildExpression(
        _ transitions: [MachineTransition<Machine>]
    ) -> [MachineTransition<Machine>] {
        transitions
    }
    /// All of them, one below the other.
    public static func buildBlock(
        _ parts: [MachineTransition<Machine>]...
    ) -> [MachineTransition<Machine>] {
        parts.flatMap { $0 }
    }
}
