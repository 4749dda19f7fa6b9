/// What something can be, and which commands lead from one phase to the next: a state machine, written down once.
///
/// ```swift
/// struct Button: MachineDefinition {
///     static let name = "button"
///     enum Phase: String, CaseIterable { case released, pressed }
///     let start = Phase.released
///
///     var transitions: [MachineTransition<Button>] {
///         Transition(Press.self, from: .released, to: .pressed, recording: Pressed())
///         Transition(Release.self, from: .pressed, to: .released, recording: Released())
///     }
/// }
/// ```
///
/// A ``StateMachine`` made of it is checked, and is a ``Decider``: repositories take it as they take any other.
public protocol MachineDefinition: Sendable {
    /// What happens to it.
    associatedtype Event: EventSet
    /// What it can be, each with a name: one after the other.
    associatedtype Phase: Hashable & Sendable & CaseIterable & RawRepresentable<String>
    /// What else is known of it. Nothing unless you say so.
    associatedtype Context: Sendable = NoContext

    /// What it is called where it is kept; see ``Fold/name``.
    static var name: String { get }
    /// See ``Fold/version``.
    static var version: Int { get }
    /// What it is before the first event.
    var start: Phase { get }
    /// What it stays once it is. None unless you say so.
    var final: Set<Phase> { get }
    /// What is known before the first event.
    var context: Context { get }
    /// A line for each.
    @TransitionBuilder<Self> var transitions: [MachineTransition<Self>] { get }
    /// Takes in what else an event tells; the phase follows by itself.
    func update(_ context: inout Context, _ event: Event)
}

extension MachineDefinition {
    public static var version: Int { 1 }
    public var final: Set<Phase> { [] }
}

extension MachineDefinition where Context == NoContext {
    /// Nothing.
    public var context: NoContext { NoContext() }
    /// Leaves it as it is.
    public func update(_ context: inout NoContext, _ event: Event) {}
}

/// Of a machine of which nothing is known but its phase.
public struct NoContext: Hashable, Codable, Sendable {
    /// There is one only.
    public init() {}
}

/// A command to a machine.
public protocol MachineCommand<Machine>: NamedCommand {
    /// Who takes it.
    associatedtype Machine: MachineDefinition
}

/// What a machine is, and what is known of it.
@dynamicMemberLookup
public struct MachineState<Phase: Hashable & Sendable, Context: Sendable>: Sendable {
    /// What the machine is.
    public var phase: Phase
    /// What else is known of it.
    public var context: Context

    /// - Parameters:
    ///   - phase: What the machine is.
    ///   - context: What else is known of it.
    public init(_ phase: Phase, _ context: Context) {
        self.phase = phase
        self.context = context
    }

    /// A field of the context.
    public subscript<Value>(dynamicMember field: KeyPath<Context, Value>) -> Value {
        context[keyPath: field]
    }
}

extension MachineState where Context == NoContext {
    /// A state of a machine of which nothing else is known.
    public init(_ phase: Phase) { self.init(phase, NoContext()) }
}

extension MachineState: Equatable where Context: Equatable {}
extension MachineState: Hashable where Context: Hashable {}

/// By the name of the phase, so that snapshots hold what one can read.
extension MachineState: Encodable where Phase: RawRepresentable<String>, Context: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: MachineStateField.self)
        try fields.encode(phase.rawValue, forKey: .phase)
        try fields.encode(context, forKey: .context)
    }
}

extension MachineState: Decodable where Phase: RawRepresentable<String>, Context: Decodable {
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: MachineStateField.self)
        let name = try fields.decode(String.self, forKey: .phase)
        guard let phase = Phase(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .phase, in: fields, debugDescription: "there is no phase '\(name)'")
        }
        self.init(phase, try fields.decode(Context.self, forKey: .context))
    }
}

private enum MachineStateField: String, CodingKey { case phase, context }
