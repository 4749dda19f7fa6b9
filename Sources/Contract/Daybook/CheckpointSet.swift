/// How far a reader of several journals of one store has come: a checkpoint of each, by the journal's name.
///
/// Order is promised within a journal only, so each checkpoint stands for itself: a set of them is no one instant
/// in the life of the store.
public struct CheckpointSet: Hashable, Sendable {
    /// The checkpoints, by the names of their journals.
    public private(set) var checkpoints: [String: Checkpoint] = [:]

    /// Of no journal.
    public init() {}

    /// The names of the journals, in order.
    public var journals: [String] { checkpoints.keys.sorted() }

    /// How far a journal was read; nil where nothing is known of it.
    public subscript(journal: String) -> Checkpoint? { checkpoints[journal] }

    /// Where to begin following a journal: behind its checkpoint, or at its beginning where it has none.
    public func start(in journal: String) -> Subscription.Start {
        checkpoints[journal].map { .checkpoint($0) } ?? .beginning
    }

    /// Notes how far a journal was read; nil forgets it.
    /// - Throws: `invalid` where no journal can have this name.
    public mutating func set(
        _ checkpoint: Checkpoint?, of journal: String
    ) throws(StoreError) {
        try JournalName.validate(journal)
        checkpoints[journal] = checkpoint
    }
}

/// `billing=CHECKPOINT,main=CHECKPOINT`: by name, in order; empty for a set of none.
extension CheckpointSet: LosslessStringConvertible {
    public var description: String {
        checkpoints.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }

    /// Nil for what is no set of checkpoints, and for one that names a journal twice.
    public init?(_ description: String) {
        if description.isEmpty { return }
        for part in description.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(sides[0])
            guard sides.count == 2, JournalName.isValid(name), checkpoints[name] == nil,
                let checkpoint = Checkpoint(String(sides[1]))
            else { return nil }
            checkpoints[name] = checkpoint
        }
    }
}
