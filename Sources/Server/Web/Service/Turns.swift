internal import Synchronization

/// So few may do something at a time.
final class Turns: Sendable {
    private let taken = Atomic<Int>(0)
    private let most: Int

    init(most: Int) { self.most = most }

    func take() -> Bool {
        if taken.add(1, ordering: .relaxed).newValue <= most { return true }
        leave()
        return false
    }

    func leave() { taken.subtract(1, ordering: .relaxed) }
}
