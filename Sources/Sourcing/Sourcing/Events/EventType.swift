/// The name and the version of a type of events, as they are recorded.
///
/// The name is yours, and stays when a Swift type is renamed. The version counts up when the fields of the event change in a
/// way that old ones cannot be read by; how they are read then is said in the ``EventCatalog``.
public struct EventType: Hashable, Sendable {
    /// As the journal records it, 1 to 1,024 bytes: `money-deposited`.
    public let name: String
    /// From 1.
    public let version: Int

    /// - Parameters:
    ///   - name: As the journal records it, 1 to 1,024 bytes.
    ///   - version: From 1.
    public init(_ name: String, version: Int = 1) {
        self.name = name
        self.version = version
    }
}

extension EventType: ExpressibleByStringLiteral {
    /// The first version of a type.
    public init(stringLiteral name: String) { self.init(name) }
}

extension EventType: CustomStringConvertible {
    public var description: String { version == 1 ? name : "\(name), version \(version)" }
}
