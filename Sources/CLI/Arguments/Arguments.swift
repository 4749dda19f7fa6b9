/// What was given to a command, sorted by its declaration.
struct Arguments: Sendable, Equatable {
    /// In the order they stand.
    var operands: [String] = []
    private var values: [String: [String]] = [:]

    mutating func add(_ option: String, _ more: [String]) { values[option, default: []] += more }

    mutating func replace(_ option: String, _ value: String) { values[option] = [value] }

    /// Whether an option was given.
    func has(_ option: String) -> Bool { values[option] != nil }

    /// All values of an option, in the order they stand.
    func all(_ option: String) -> [String] { values[option] ?? [] }

    subscript(option: String) -> String? { values[option]?.first }

    /// The only operand of a command that needs one.
    var operand: String { operands[0] }

    /// Refuses two options that contradict one another.
    func refuse(_ first: String, with second: String, why: String) throws(Failure) {
        guard has(first), has(second) else { return }
        throw .usage(
            "`--\(first)` and `--\(second)` cannot be given together", why: why,
            remedy: "Leave one of them out.")
    }

    /// The value of an option as a whole number.
    func number(_ option: String, atLeast least: UInt64 = 0) throws(Failure) -> UInt64? {
        guard let text = self[option] else { return nil }
        guard let number = UInt64(text), number >= least else {
            throw .usage(
                "`--\(option) \(text)` is no number that can be used",
                why: "a whole number of at least \(least) is needed",
                remedy: "Write it in digits: `--\(option) \(max(least, 10))`.")
        }
        return number
    }

    /// As `number`, where it counts things in memory.
    func count(_ option: String) throws(Failure) -> Int? {
        try number(option, atLeast: 1).map { Int(clamping: $0) }
    }
}
