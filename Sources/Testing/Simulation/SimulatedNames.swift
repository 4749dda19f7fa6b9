internal import DaybookPlatform

/// The names of a simulated disk: those in use, those that a power cut leaves, and the changes between.
struct SimulatedNames: Sendable {
    /// A change of names whose folders have not all been synced.
    private struct Pending: Sendable {
        let change: NameTree.Change
        /// The folders it waits for: two for a renaming across folders, which is never half durable.
        var waiting: Set<Int>
    }

    private(set) var visible = NameTree()
    private(set) var durable = NameTree()
    private var pending: [Pending] = []

    init() {}

    /// Names that are all durable.
    init(durable: NameTree) {
        visible = durable
        self.durable = durable
    }

    /// Changes what is seen, and nothing that is durable.
    mutating func apply(_ change: NameTree.Change) {
        visible.apply(change)
        pending.append(Pending(change: change, waiting: change.folders))
    }

    /// Makes the names in one folder durable.
    mutating func sync(_ folder: Int) {
        for index in pending.indices {
            pending[index].waiting.remove(folder)
            if pending[index].waiting.isEmpty { durable.apply(pending[index].change) }
        }
        pending.removeAll { $0.waiting.isEmpty }
    }

    /// Forgets the changes in one folder: they are seen until a crash and never become durable.
    mutating func failSync(_ folder: Int) {
        pending.removeAll { $0.waiting.contains(folder) }
    }

    /// A change that is durable at once, for what tests do to a disk behind its back.
    mutating func applyDurably(_ change: NameTree.Change) {
        visible.apply(change)
        durable.apply(change)
    }

    /// The names that a power cut now may leave, by chance.
    func afterCrash(_ order: NameOrder, _ chance: some Randomness) -> NameTree {
        var tree = durable
        switch order {
        case .asMade:
            for pending in pending[..<SimulatedFile.some(pending.count, chance)] {
                tree.apply(pending.change)
            }
        case .any:
            // 0: none, 16: all.
            let part = 4 * chance.next(below: 5)
            var kept = pending.map(\.change).filter { _ in chance.chance(part, in: 16) }
            if chance.chance(1, in: 2) { kept.shuffle(chance) }
            for change in kept { tree.apply(change) }
        }
        return tree
    }

    /// Whether anything still leads, or may lead again, to the file.
    func mayReach(_ file: Int) -> Bool {
        visible.hasName(file) || durable.hasName(file)
            || pending.contains { $0.change.node == .file(file) }
    }
}

/// What a power cut does to names that were not synced.
public enum NameOrder: Sendable, CaseIterable {
    /// Any of them are kept, made in any order: more than a file system promises not to do.
    case any
    /// The first ones are kept, as by the journals of ext4 and XFS.
    case asMade
}

extension Array {
    fileprivate mutating func shuffle(_ chance: some Randomness) {
        for index in indices.dropFirst().reversed() { swapAt(index, chance.next(below: index + 1)) }
    }
}
