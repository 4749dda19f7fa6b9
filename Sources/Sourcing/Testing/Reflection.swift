/// A value as a tree of its stored fields: what tests compare and show, whatever it is and whether or not it is `Codable`.
///
/// It does not depend on the process: sets and dictionaries are ordered by their texts.
indirect enum Reflection {
    case leaf(String)
    /// Of a struct, a class or a tuple, in order; a tuple has no name.
    case fields(type: String, [(label: String?, value: Reflection)])
    /// What goes with a case of an enum.
    case enumCase(name: String, [(label: String?, value: Reflection)])
    /// An array, a set or a dictionary.
    case elements(open: String, [(label: String?, value: Reflection)], close: String)

    init(_ value: Any) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            self = mirror.children.first.map { Reflection($0.value) } ?? .leaf("nil")
        case .collection:
            self = .elements(
                open: "[", mirror.children.map { (nil, Reflection($0.value)) }, close: "]")
        case .set:
            self = .elements(
                open: "[", Self.sorted(mirror.children.map { (nil, Reflection($0.value)) }),
                close: "]")
        case .dictionary:
            let pairs = mirror.children.map { pair -> (label: String?, value: Reflection) in
                let both = Array(Mirror(reflecting: pair.value).children)
                return (Reflection(both[0].value).text, Reflection(both[1].value))
            }
            self = .elements(open: "[", Self.sorted(pairs), close: "]")
        case .enum:
            guard let only = mirror.children.first else {
                self = .leaf(Self.bare("\(value)"))
                return
            }
            let payload = Mirror(reflecting: only.value)
            let name = only.label ?? "?"
            self =
                payload.displayStyle == .tuple
                ? .enumCase(name: name, Self.fields(payload))
                : .enumCase(name: name, [(nil, Reflection(only.value))])
        case .struct, .class, .tuple:
            let fields = Self.fields(mirror)
            let isTuple = mirror.displayStyle == .tuple
            self =
                fields.isEmpty && value is any CustomStringConvertible
                ? .leaf("\(value)")
                : .fields(type: isTuple ? "" : "\(type(of: value))", fields)
        default:
            self = .leaf((value as? String).map { $0.debugDescription } ?? "\(value)")
        }
    }

    private static func fields(_ mirror: Mirror) -> [(label: String?, value: Reflection)] {
        mirror.children.map { child in
            // Elements of a tuple without names are called .0, .1: no names to tell anybody.
            let label = child.label.flatMap { $0.hasPrefix(".") ? nil : $0 }
            return (label, Reflection(child.value))
        }
    }

    private static func sorted(
        _ elements: [(label: String?, value: Reflection)]
    ) -> [(label: String?, value: Reflection)] {
        elements.sorted { ($0.label ?? "", $0.value.text) < ($1.label ?? "", $1.value.text) }
    }

    /// A case without what it belongs to.
    private static func bare(_ text: String) -> String {
        text.split(separator: ".").last.map(String.init) ?? text
    }

    /// As Swift would write it, in one line.
    var text: String {
        func list(_ fields: [(label: String?, value: Reflection)]) -> String {
            fields.map { ($0.label.map { "\($0): " } ?? "") + $0.value.text }
                .joined(separator: ", ")
        }
        switch self {
        case .leaf(let text): return text
        case .fields(let name, let fields), .enumCase(let name, let fields):
            return "\(name)(\(list(fields)))"
        case .elements(let open, let elements, let close): return open + list(elements) + close
        }
    }

    /// The values at the ends of the tree, by where they are: `deposited.amount`, `lines[0].item`. No names of Swift types.
    func leaves(at path: String = "") -> [(path: String, text: String)] {
        switch self {
        case .leaf(let text): return [(path, text)]
        case .fields(_, let fields): return Self.leaves(of: fields, at: path) ?? [(path, "()")]
        case .enumCase(let name, let fields):
            let place = path.isEmpty ? name : "\(path).\(name)"
            return Self.leaves(of: fields, at: place) ?? [(place, "()")]
        case .elements(_, let elements, _):
            if elements.isEmpty { return [(path, text)] }
            return elements.enumerated().flatMap { index, element in
                element.value.leaves(at: "\(path)[\(element.label ?? "\(index)")]")
            }
        }
    }

    /// Nil where there are none.
    private static func leaves(
        of fields: [(label: String?, value: Reflection)], at path: String
    ) -> [(path: String, text: String)]? {
        if fields.isEmpty { return nil }
        return fields.enumerated().flatMap { index, field in
            let label = field.label ?? (fields.count == 1 ? "" : "\(index)")
            let place = [path, label].filter { !$0.isEmpty }.joined(separator: ".")
            return field.value.leaves(at: place)
        }
    }
}

/// Whether two values are the same: as their type says, where it does.
func isEqual(_ one: Any, _ other: Any) -> Bool {
    if let one = one as? any Equatable { return isEqual(one, to: other) }
    return Reflection(one).text == Reflection(other).text
}

private func isEqual<Value: Equatable>(_ one: Value, to other: Any) -> Bool {
    (other as? Value).map { $0 == one } ?? false
}
