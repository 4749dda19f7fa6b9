extension Unicode.Scalar {
    /// Whether it may end a line, command a terminal or turn the direction of writing round, and is not shown as it is:
    /// C0, delete and C1; line separators; and what turns round.
    package var isControl: Bool {
        value < 0x20 || 0x7F...0x9F ~= value || 0x2028...0x202E ~= value
            || 0x2066...0x2069 ~= value
    }
}
