/// Why a machine does not do what a command asks for.
public struct TransitionRefusal<Phase: Hashable & Sendable & RawRepresentable<String>>: Error,
    Hashable
{
    /// What the machine is.
    public let phase: Phase
    /// The name of the command.
    public let command: String
    /// What would have to hold for it; empty where no transition leads from the phase by this command.
    public let unmet: [String]
    /// The commands that lead from the phase, with what has to hold for them. None where it is final.
    public let allowed: [String]

    /// - Parameters:
    ///   - phase: What the machine is.
    ///   - command: The name of the command.
    ///   - unmet: What would have to hold for it.
    ///   - allowed: The commands that lead from the phase, with what has to hold for them.
    public init(phase: Phase, command: String, unmet: [String] = [], allowed: [String]) {
        self.phase = phase
        self.command = command
        self.unmet = unmet
        self.allowed = allowed
    }
}

extension TransitionRefusal: CustomStringConvertible {
    public var description: String {
        let reason =
            unmet.isEmpty ? "" : ": it does not hold that \(unmet.joined(separator: ", or that "))"
        let possible =
            allowed.isEmpty
            ? "Nothing is possible there any more."
            : "Possible there: \(allowed.joined(separator: ", "))."
        return "\(command) is not possible in '\(phase.rawValue)'\(reason). \(possible)"
    }
}

/// By the name of the phase: the outcome of a command that is kept can be a refusal.
extension TransitionRefusal: Codable {
    private enum Field: String, CodingKey { case phase, command, unmet, allowed }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        let name = try fields.decode(String.self, forKey: .phase)
        guard let phase = Phase(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .phase, in: fields, debugDescription: "there is no phase '\(name)'")
        }
        self.init(
            phase: phase, command: try fields.decode(String.self, forKey: .command),
            unmet: try fields.decode([String].self, forKey: .unmet),
            allowed: try fields.decode([String].self, forKey: .allowed))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(phase.rawValue, forKey: .phase)
        try fields.encode(command, forKey: .command)
        try fields.encode(unmet, forKey: .unmet)
        try fields.encode(allowed, forKey: .allowed)
    }
}
