/// What became of a history that was replayed: whether it says again what it said.
public struct Agreement: Sendable {
    /// How many results were compared with what the history says.
    public internal(set) var compared = 0
    /// How many of them were others.
    public internal(set) var differing = 0
    /// The first of those, in words, at most ``examplesMax``.
    public internal(set) var examples: [String] = []

    /// How many differences are kept in words.
    public static let examplesMax = 10

    public var isWhole: Bool { differing == 0 }

    /// Compares a result with what it should be.
    mutating func compare<Value: Equatable>(
        _ found: Value, with expected: Value, _ what: @autoclosure () -> String
    ) {
        compared += 1
        if found == expected { return }
        differing += 1
        if examples.count < Self.examplesMax {
            examples.append("\(what()) is \(found), and the history says \(expected)")
        }
    }

    /// Takes in what was compared elsewhere.
    mutating func add(_ other: Agreement) {
        compared += other.compared
        differing += other.differing
        examples += other.examples.prefix(Self.examplesMax - examples.count)
    }
}
