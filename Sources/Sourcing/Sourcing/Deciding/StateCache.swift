internal import Synchronization

/// The states that were used last, by name.
///
/// Two generations: what is used goes into the young one; when that is full, it becomes the old one, and what was in the old
/// one and was not used since is forgotten. A look-up costs the same however many there are.
final class StateCache<Name: Hashable & Sendable, State: Sendable>: Sendable {
    private struct Generations {
        var young: [Name: State] = [:]
        var old: [Name: State] = [:]
    }

    private let generations = Mutex(Generations())
    private let generationMax: Int

    /// - Parameter countMax: How many are kept; 0: none.
    init(countMax: Int) { generationMax = (countMax + 1) / 2 }

    subscript(name: Name) -> State? {
        generations.withLock { $0.young[name] ?? $0.old[name] }
    }

    /// Keeps a state. An older one than what is kept does no harm: whatever is decided on it is checked.
    func keep(_ state: State, as name: Name) {
        if generationMax == 0 { return }
        generations.withLock { generations in
            if generations.young.count >= generationMax {
                generations.old = generations.young
                generations.young = [:]
            }
            generations.young[name] = state
        }
    }

    func forget(_ name: Name) {
        generations.withLock { generations in
            generations.young[name] = nil
            generations.old[name] = nil
        }
    }
}
