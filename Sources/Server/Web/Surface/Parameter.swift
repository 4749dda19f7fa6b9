internal import Daybook
internal import DaybookJSON

/// A parameter of an operation: what it is checked by and described by.
struct Parameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    enum Kind: Sendable {
        /// A name: not empty, and of so many bytes at most.
        case name(bytesMax: Int)
        case count(ClosedRange<Int>)
        /// A position or a revision.
        case number
        case time
        case choice([String])
        /// `true` or `false`; without a value `true`.
        case flag
        /// What is expected of a stream.
        case condition
        /// Looked at by the operation.
        case text
    }

    let name: String
    let place: Place
    let kind: Kind
    let summary: String
    var isRequired = false
    /// It may come several times.
    var repeats = false

    init(_ name: String, in place: Place, _ kind: Kind, _ summary: String) {
        self.name = name
        self.place = place
        self.kind = kind
        self.summary = summary
        isRequired = place == .path
    }

    /// The same, several times.
    var repeating: Parameter {
        var copy = self
        copy.repeats = true
        return copy
    }

    /// What a value has to be; nil where it is.
    func need(of value: String) -> String? {
        switch kind {
        case .name(let bytesMax):
            return value.isEmpty || value.utf8.count > bytesMax
                ? "a name of 1 to \(bytesMax) bytes" : nil
        case .count(let range):
            let isNumber = Self.isDigits(value) && Int(value).map(range.contains) == true
            return isNumber ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
        case .number:
            return Self.isDigits(value) && Int64(value) != nil ? nil : "a whole number from 0 on"
        case .time: return Timestamp(value) == nil ? "a time such as 2011-12-09T12:50:00Z" : nil
        case .choice(let choices):
            return choices.contains(value) ? nil : "one of \(choices.joined(separator: ", "))"
        case .flag: return ["", "true", "false"].contains(value) ? nil : "true or false"
        case .condition:
            return StreamCondition(text: value) == nil
                ? "\(StreamCondition.words.map(\.word).joined(separator: ", ")) or a revision" : nil
        case .text: return nil
        }
    }

    private static func isDigits(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Its schema, by which others check what they send.
    var schema: JSONValue {
        let one: JSONValue =
            switch kind {
            // The server counts bytes: as many characters are the most there can be.
            case .name(let bytesMax):
                [
                    "type": "string", "minLength": 1,
                    "maxLength": .number(JSONNumber(bytesMax)),
                    "pattern": #"^[^\u0000-\u001f\u007f]+$"#,
                ]
            case .count(let range):
                [
                    "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                    "maximum": .number(JSONNumber(range.upperBound)),
                ]
            case .number: Schemas.number
            case .time: ["type": "string", "format": "date-time"]
            case .choice(let choices):
                ["type": "string", "enum": .array(choices.map { .string($0) })]
            case .flag: ["type": "boolean"]
            case .condition:
                [
                    "anyOf": [
                        [
                            "type": "string",
                            "enum": .array(StreamCondition.words.map { .string($0.word) }),
                        ],
                        Schemas.number,
                    ]
                ]
            case .text: ["type": "string"]
            }
        return repeats ? ["type": "array", "items": one] : one
    }

    /// As OpenAPI has it.
    var described: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "in": .string(place.rawValue), "description": .string(summary),
            "required": .bool(isRequired), "schema": schema,
        ]
        if repeats {
            object["style"] = "form"
            object["explode"] = true
        }
        return .object(object)
    }
}

/// The parameters of a query, each of which an operation has and is what it has to be.
struct QueryValues: Sendable {
    private var values: [String: [String]] = [:]
    /// As they came.
    let pairs: [RequestTarget.Pair]

    /// - Throws: `Problem` with the name that was meant.
    init(_ pairs: [RequestTarget.Pair], of parameters: [Parameter]) throws(Problem) {
        self.pairs = pairs
        for pair in pairs {
            guard
                let parameter = parameters.first(where: {
                    $0.place == .query && $0.name == pair.name
                })
            else { throw Self.unknown(pair.name, among: parameters) }
            if values[pair.name] != nil && !parameter.repeats {
                throw .invalid(
                    "`\(pair.name)` stands twice", why: "it says one thing",
                    remedy: "Leave one of the two out.", place: "query")
            }
            if let need = parameter.need(of: pair.value) {
                throw .invalid(
                    "`\(pair.name)=\(pair.value.prefix(60))` cannot be",
                    why: "\(pair.name) is \(need)",
                    remedy: Problem.seeDescription, place: "query")
            }
            values[pair.name, default: []].append(pair.value)
        }
    }

    private static func unknown(_ name: String, among parameters: [Parameter]) -> Problem {
        let known = parameters.filter { $0.place == .query }.map(\.name)
        return .invalid(
            "The parameter `\(name.prefix(60))` is unknown",
            why: known.isEmpty
                ? "there is none here" : "there is \(known.joined(separator: ", "))",
            remedy: Suggestion.words(for: name, among: known) + Problem.seeDescription,
            place: "query")
    }

    subscript(name: String) -> String? { values[name]?.first }
    func all(_ name: String) -> [String] { values[name] ?? [] }
    func number(_ name: String) -> UInt64? { self[name].flatMap { UInt64($0) } }
    func count(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
    func time(_ name: String) -> Timestamp? { self[name].flatMap { Timestamp($0) } }
    func has(_ name: String) -> Bool { self[name].map { $0 != "false" } ?? false }
}
