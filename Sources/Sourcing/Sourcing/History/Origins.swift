internal import Daybook
internal import DaybookJSON

/// An event that some field has its value from. It is let go of with the last one.
final class Origin: Sendable {
    let event: RecordedEvent
    init(_ event: RecordedEvent) { self.event = event }
}

/// Where the values in a tree of JSON come from: a tree of the same shape, with what is empty for a leaf.
indirect enum Origins: Sendable {
    case leaf(Origin?)
    case array([Origins])
    case object([String: Origins])

    /// All of a tree is of one origin.
    init(of tree: JSONValue, _ origin: Origin?) {
        switch tree {
        case .object(let members) where !members.isEmpty:
            self = .object(
                Dictionary(
                    members.map { ($0.key, Origins(of: $0.value, origin)) },
                    uniquingKeysWith: { $1 }))
        case .array(let elements) where !elements.isEmpty:
            self = .array(elements.map { Origins(of: $0, origin) })
        default: self = .leaf(origin)
        }
    }

    /// The same behind an event: what it changed comes from it.
    func following(from old: JSONValue, to new: JSONValue, by origin: Origin) -> Origins {
        switch (self, old, new) {
        case (.object(let origins), .object(let old), .object(let new)) where !new.isEmpty:
            var next: [String: Origins] = [:]
            for (key, value) in new {
                if let before = old[key], let known = origins[key] {
                    next[key] = known.following(from: before, to: value, by: origin)
                } else {
                    next[key] = Origins(of: value, origin)
                }
            }
            return .object(next)
        case (.array(let origins), .array(let old), .array(let new)) where !new.isEmpty:
            return .array(Self.elements(origins, from: old, to: new, by: origin))
        default: return old == new ? self : Origins(of: new, origin)
        }
    }

    /// What is equal at both ends stayed where it was; of what lies between, what is equal anywhere has moved; what is left
    /// has changed where something stood at its place, and is new otherwise.
    private static func elements(
        _ origins: [Origins], from old: [JSONValue], to new: [JSONValue], by origin: Origin
    ) -> [Origins] {
        let both = min(old.count, new.count)
        var head = 0
        while head < both, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < both - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        var free: [JSONValue: [Int]] = [:]
        for index in (head..<old.count - tail).reversed() {
            free[old[index], default: []].append(index)
        }
        var sources = [Int?](repeating: nil, count: new.count)
        var isTaken = Set<Int>()
        for index in head..<new.count - tail {
            guard let source = free[new[index]]?.popLast() else { continue }
            sources[index] = source
            isTaken.insert(source)
        }
        return new.indices.map { index in
            if index < head { return origins[index] }
            if index >= new.count - tail { return origins[index + old.count - new.count] }
            if let source = sources[index] { return origins[source] }
            if index < old.count - tail && !isTaken.contains(index) {
                return origins[index].following(from: old[index], to: new[index], by: origin)
            }
            return Origins(of: new[index], origin)
        }
    }

    /// A line for each leaf.
    func collect(_ tree: JSONValue, at path: String, into lines: inout [Blame.Line]) {
        switch (self, tree) {
        case (.object(let origins), .object(let members)):
            for (key, value) in members {
                origins[key]?.collect(
                    value, at: path + "/" + JSONPointer.escaped(key), into: &lines)
            }
        case (.array(let origins), .array(let elements)):
            for (index, value) in elements.enumerated() {
                origins[index].collect(value, at: path + "/\(index)", into: &lines)
            }
        case (.leaf(let origin), _):
            lines.append(Blame.Line(path: path, value: "\(tree)", event: origin?.event))
        default: preconditionFailure("the origins have the shape of their tree")
        }
    }
}
