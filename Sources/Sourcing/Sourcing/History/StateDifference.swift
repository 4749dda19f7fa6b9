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
    /// Where it is in the JSON that the state is encoded as: a JSON Pointer (RFC 6901), `/balance`, `/lines/0/price`.
    public let path: String
    /// As JSON, nil where it was not there.
    public let old: String?
    /// As JSON, nil where it is not there.
    public let new: String?

    static func all(from old: JSONValue, to new: JSONValue) -> [FieldDifference] {
        JSONValue.differences(from: old, to: new).map {
            FieldDifference(
                path: $0.path, old: $0.old.map { "\($0)" }, new: $0.new.map { "\($0)" })
        }
    }
}

extension FieldDifference: CustomStringConvertible {
    /// `/balance: 50 → 20`; what came and what went: `/owner: + "Ada"`, `/limit: - 100`.
    public var description: String {
        switch (old, new) {
        case (let old?, let new?): "\(path): \(old) → \(new)"
        case (nil, let new?): "\(path): + \(new)"
        case (let old?, nil): "\(path): - \(old)"
        case (nil, nil): "\(path):"
        }
    }
}

extension StateDifference: CustomStringConvertible {
    /// A line for each field.
    public var description: String {
        fields.isEmpty ? "no difference" : fields.map(\.description).joined(separator: "\n")
    }
}
