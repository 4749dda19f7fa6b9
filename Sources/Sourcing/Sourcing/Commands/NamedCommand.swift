/// Something that is asked for, as a value with a name to speak of it.
public protocol NamedCommand: Sendable {
    /// What it is called in errors, logs and pictures. The name of its Swift type unless you say otherwise: it is not recorded.
    static var name: String { get }
}

extension NamedCommand {
    public static var name: String { "\(Self.self)" }
}
