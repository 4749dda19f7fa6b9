/// A machine that was checked, as a decider.
///
/// ```swift
/// let buttons = try Repository(StateMachine(Button()), in: store)
/// try await buttons.execute(Press(), on: "door")
/// ```
public struct StateMachine<Definition: MachineDefinition>: Decider {
    public typealias Event = Definition.Event
    public typealias State = MachineState<Definition.Phase, Definition.Context>
    public typealias Command = any MachineCommand<Definition>
    public typealias Refusal = TransitionRefusal<Definition.Phase>

    public static var name: String { Definition.name }
    public static var version: Int { Definition.version }

    /// What it was made of.
    public let definition: Definition
    let final: Set<Definition.Phase>
    let transitions: [MachineTransition<Definition>]
    /// By phase, in the order of the lines.
    private let leaving: [Definition.Phase: [MachineTransition<Definition>]]
    private let arrivals: Arrivals<Definition.Phase>
    private let members: [ObjectIdentifier: EventMember<Event>]

    /// - Throws: `invalidMachine` where a phase cannot be reached or left, where it is not clear which transition is taken,
    ///   or where transitions and events do not fit each other.
    public init(_ definition: Definition) throws(SourcingError) {
        self.definition = definition
        final = definition.final
        transitions = definition.transitions
        try MachineCheck(definition).check()
        var leaving: [Definition.Phase: [MachineTransition<Definition>]] = [:]
        for transition in transitions where transition.command != nil {
            for phase in transition.from { leaving[phase, default: []].append(transition) }
        }
        self.leaving = leaving
        arrivals = Arrivals(transitions)
        var members: [ObjectIdentifier: EventMember<Event>] = [:]
        for member in Event.members { members[ObjectIdentifier(member.payload)] = member }
        self.members = members
    }

    public var initial: State { State(definition.start, definition.context) }

    public func decide(
        _ command: any MachineCommand<Definition>, _ state: State
    ) throws(Refusal) -> [Event] {
        let kind = ObjectIdentifier(type(of: command))
        var unmet: [String] = []
        for transition in leaving[state.phase] ?? [] {
            guard let asked = transition.command, ObjectIdentifier(asked) == kind else { continue }
            let failed = transition.guards.first { !$0.holds(command, state) }
            if let failed {
                unmet.append(failed.words)
                continue
            }
            guard let event = transition.record(command, state),
                let member = members[ObjectIdentifier(type(of: event))],
                let made = member.wrap(event)
            else { preconditionFailure("a checked transition made an event of another type") }
            return [made]
        }
        throw Refusal(
            phase: state.phase, command: type(of: command).name, unmet: unmet,
            allowed: allowed(in: state.phase))
    }

    /// What happened has happened: an event that leads nowhere from this phase leads where it leads from all others, if that
    /// is one place, and leaves the phase as it is otherwise.
    public func evolve(_ state: inout State, _ event: Event) {
        let payload = ObjectIdentifier(type(of: event.event))
        if let next = arrivals.phase(behind: payload, from: state.phase) { state.phase = next }
        definition.update(&state.context, event)
    }

    public func isTerminal(_ state: State) -> Bool { final.contains(state.phase) }

    /// The commands that lead from a phase, with what has to hold for them: `Pay [it is the whole amount]`.
    public func allowed(in phase: Definition.Phase) -> [String] {
        leaving[phase, default: []].map(\.words)
    }

    /// Whether a command would be done.
    public func allows(_ command: any MachineCommand<Definition>, in state: State) -> Bool {
        do throws(Refusal) {
            _ = try decide(command, state)
            return true
        } catch { return false }
    }
}

/// Where events lead.
struct Arrivals<Phase: Hashable & Sendable>: Sendable {
    private struct Step: Hashable, Sendable {
        let event: ObjectIdentifier
        let phase: Phase
    }

    private var steps: [Step: Phase] = [:]
    /// The one phase that an event leads to, from wherever; nil where there are several.
    private var alone: [ObjectIdentifier: Phase?] = [:]

    init<Machine>(_ transitions: [MachineTransition<Machine>]) where Machine.Phase == Phase {
        for transition in transitions {
            let event = ObjectIdentifier(transition.payload)
            for phase in transition.from { steps[Step(event: event, phase: phase)] = transition.to }
            if let known = alone[event], known != transition.to {
                alone[event] = .some(nil)
            } else {
                alone[event] = transition.to
            }
        }
    }

    func phase(behind event: ObjectIdentifier, from phase: Phase) -> Phase? {
        steps[Step(event: event, phase: phase)] ?? alone[event] ?? nil
    }
}
