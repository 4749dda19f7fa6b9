/// One place in which two values differ.
public struct JSONDifference: Sendable {
    /// The place, as a JSON Pointer (RFC 6901): empty for the whole value, `/balance`,
    /// `/lines/0/a~1b`.
    public let path: String
    /// What stood there, nil for what was added.
    public let old: JSONValue?
    /// What stands there, nil for what was removed.
    public let new: JSONValue?

    package init(path: String, old: JSONValue?, new: JSONValue?) {
        self.path = path
        self.old = old
        self.new = new
    }
}

extension JSONDifference: Hashable {
    /// Whether both name the same place, by its UTF-8, and the same values there.
    public static func == (one: JSONDifference, other: JSONDifference) -> Bool {
        JSONKey(one.path) == JSONKey(other.path) && one.old == other.old && one.new == other.new
    }

    /// Feeds what equal differences share.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(JSONKey(path))
        hasher.combine(old)
        hasher.combine(new)
    }
}

extension JSONDifference: CustomStringConvertible {
    /// One line for a person: `/balance: 5 → 7`, `/owner: + "Ada"`, `/limit: - 100`.
    public var description: String {
        switch (old, new) {
        case (let old?, let new?): "\(path): \(old) → \(new)"
        case (nil, let new?): "\(path): + \(new)"
        case (let old?, nil): "\(path): - \(old)"
        case (nil, nil): "\(path):"
        }
    }
}

extension JSONValue {
    /// Where two values differ: none where they are equal.
    ///
    /// Objects are compared by key, first the members of `old` in their order, then those that are
    /// new in theirs. Arrays are compared by index: after an insertion at the front every element
    /// differs. Elements beyond the end of the other array were added or removed.
    public static func differences(from old: JSONValue, to new: JSONValue) -> [JSONDifference] {
        var found: [JSONDifference] = []
        collect(&found, at: "", from: old, to: new)
        return found
    }

    private static func collect(
        _ found: inout [JSONDifference], at path: String, from old: JSONValue?, to new: JSONValue?
    ) {
        switch (old, new) {
        case (.object(let oldMembers)?, .object(let newMembers)?):
            for (key, value) in oldMembers {
                let place = path + "/" + JSONPointer.escaped(key)
                collect(&found, at: place, from: value, to: newMembers[key])
            }
            for (key, value) in newMembers where oldMembers[key] == nil {
                let place = path + "/" + JSONPointer.escaped(key)
                collect(&found, at: place, from: nil, to: value)
            }
        case (.array(let oldElements)?, .array(let newElements)?):
            for index in 0..<max(oldElements.count, newElements.count) {
                collect(&found, at: path + "/\(index)", from: old?[index], to: new?[index])
            }
        default:
            if old != new { found.append(JSONDifference(path: path, old: old, new: new)) }
        }
    }

    /// The value at a JSON Pointer (RFC 6901), nil where there is none or the pointer is malformed.
    public func value(at pointer: String) -> JSONValue? {
        guard let tokens = JSONPointer.tokens(of: pointer) else { return nil }
        var value = self
        for token in tokens {
            let next =
                switch value {
                case .object(let members): members[token]
                case .array: JSONPointer.index(token).flatMap { value[$0] }
                default: nil as JSONValue?
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

/// The spelling of JSON Pointers: `~` is `~0` and `/` is `~1`.
package enum JSONPointer {
    package static func escaped(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else { return key }
        var text = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The keys and indexes of a pointer, nil for one that begins with no slash or has a bare `~`.
    static func tokens(of pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in pointer.unicodeScalars.dropFirst().split(
            separator: "/", omittingEmptySubsequences: false)
        {
            var token = ""
            var afterTilde = false
            for scalar in part {
                switch (afterTilde, scalar) {
                case (true, "0"): token.unicodeScalars.append("~")
                case (true, "1"): token.unicodeScalars.append("/")
                case (true, _): return nil
                case (false, "~"): break
                case (false, _): token.unicodeScalars.append(scalar)
                }
                afterTilde = !afterTilde && scalar == "~"
            }
            if afterTilde { return nil }
            tokens.append(token)
        }
        return tokens
    }

    /// An array index as the RFC has it: digits without a leading zero.
    static func index(_ token: String) -> Int? {
        let isPlain = token == "0" || token.utf8.first != ASCII.zero
        return isPlain && token.utf8.allSatisfy(ASCII.isDigit) ? Int(token) : nil
    }
}
