/// What a value is, as far as a shell can help to write it.
enum ValueKind: Sendable, Equatable {
    /// Known to its author alone.
    case text
    /// One of these, and nothing else.
    case choice([String])
    /// One of these, or what cannot be listed.
    case words([String])
    case file, folder
    /// A text, `@` with a file behind it, or `-` for standard input.
    case payload
    /// A name that a store holds.
    case stream, category, journal
}
