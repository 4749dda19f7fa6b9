/// An option of a command, as data: parsing, help and completion are derived from it.
struct OptionDeclaration: Sendable, Equatable {
    /// Without the dashes.
    let name: String
    /// One letter, where there is a short form.
    let short: Character?
    /// What its values are called; none for a flag. `--diff A B` has two.
    let values: [String]
    let kind: ValueKind
    /// Whether it may be given more than once.
    let repeats: Bool
    /// Whether it has to be given.
    let isRequired: Bool
    let summary: String

    var isFlag: Bool { values.isEmpty }

    /// The only values it takes, where they are few.
    var choices: [String] { if case .choice(let choices) = kind { choices } else { [] } }

    private init(
        _ name: String, _ short: Character?, _ values: [String], _ kind: ValueKind,
        repeats: Bool = false, isRequired: Bool = false, _ summary: String
    ) {
        self.name = name
        self.short = short
        self.values = values
        self.kind = kind
        self.repeats = repeats
        self.isRequired = isRequired
        self.summary = summary
    }

    /// Given or not.
    static func flag(_ name: String, short: Character? = nil, _ summary: String) -> Self {
        Self(name, short, [], .text, summary)
    }

    /// With one value, or with several behind one another.
    static func value(
        _ name: String, _ values: String..., kind: ValueKind = .text, summary: String
    ) -> Self {
        Self(name, nil, values, kind, summary)
    }

    /// With one value, and never left out.
    static func required(_ name: String, _ value: String, _ summary: String) -> Self {
        Self(name, nil, [value], .text, isRequired: true, summary)
    }

    /// With one value, any number of times.
    static func repeated(_ name: String, _ value: String, _ summary: String) -> Self {
        Self(name, nil, [value], .text, repeats: true, summary)
    }

    /// With one of a few values.
    static func choice(_ name: String, _ choices: [String], _ summary: String) -> Self {
        Self(name, nil, [choices.joined(separator: "|")], .choice(choices), summary)
    }

    /// As the usage line and the table of options show it.
    var spelling: String {
        let form = (["--" + name] + values).joined(separator: " ")
        return repeats ? form + " …" : form
    }
}

/// An argument without a name: a stream, a file.
struct OperandDeclaration: Sendable, Equatable {
    let name: String
    let isRequired: Bool
    let kind: ValueKind
    let summary: String

    static func required(_ name: String, kind: ValueKind = .text, _ summary: String) -> Self {
        Self(name: name, isRequired: true, kind: kind, summary: summary)
    }

    static func optional(_ name: String, kind: ValueKind = .text, _ summary: String) -> Self {
        Self(name: name, isRequired: false, kind: kind, summary: summary)
    }

    var spelling: String { isRequired ? "<\(name)>" : "[<\(name)>]" }
}
