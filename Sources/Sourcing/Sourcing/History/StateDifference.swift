internal import DaybookJSON

/// A state at two points, and what differs.
public struct StateDifference<State: Sendable>: Sendable {
    /// The state at the first point.
    public let before: Loaded<State>
    /// The state at the second point.
    public let after: Loaded<State>
    /// None where they are equal.
    public let fields: [FieldDifference]
}

/// A field in which two states differ.
public struct FieldDifference: Hashable, Sendable {
    let difference: JSONDifference

    /// Where it is in the JSON that the state is encoded as: a JSON Pointer (RFC 6901), `/balance`, `/lines/0/price`. Of what is
    /// gone, where it was.
    public var path: String { difference.path }
    /// As JSON, nil where it was not there.
    public var old: String? { difference.old.map { "\($0)" } }
    /// As JSON, nil where it is not there.
    public var new: String? { difference.new.map { "\($0)" } }
}

extension FieldDifference: CustomStringConvertible {
    /// `/balance: 50 → 20`; what came and what went: `/owner: + "Ada"`, `/limit: - 100`.
    public var description: String { difference.description }
}

extension StateDifference: CustomStringConvertible {
    /// A line for each field.
    public var description: String {
        fields.isEmpty ? "no difference" : fields.map(\.description).joined(separator: "\n")
    }
}
