public import Daybook
internal import DaybookJSON

/// Which event gave each field of a state its value.
public struct Blame: Sendable {
    /// A field.
    public struct Line: Hashable, Sendable {
        /// Where it is in the JSON that the state is encoded as: a JSON Pointer (RFC 6901), `/balance`, `/lines/0/price`.
        public let path: String
        /// As JSON; `{}` and `[]` where nothing is in it, which is a value too.
        public let value: String
        /// The event that gave it this value; nil where it has been so from the beginning.
        public let event: RecordedEvent?
    }

    /// In the order in which the state is encoded.
    public let lines: [Line]

    init(_ origins: Origins, of tree: JSONValue) {
        var lines: [Line] = []
        origins.collect(tree, at: "", into: &lines)
        self.lines = lines
    }

    /// The line of a field, nil where there is none.
    public subscript(path: String) -> Line? { lines.first { $0.path == path } }
}

extension Blame.Line: CustomStringConvertible {
    public var description: String {
        let place = path.isEmpty ? "(all)" : path
        guard let event else { return "\(place)  \(value)  from the beginning" }
        return "\(place)  \(value)  by \(event.type), revision \(event.revision)"
    }
}

extension Blame: CustomStringConvertible {
    /// A line for each field.
    public var description: String { lines.map(\.description).joined(separator: "\n") }
}
