package import Daybook
package import DaybookJournal

/// Events of a list, each with its ordinal.
package struct ListedEvents: Sendable {
    package let batch: EventBatch
    /// Of the events of the batch, in their order. Between two of them some are left out where a compaction has left
    /// stubs.
    package let ordinals: [Ordinal]

    package var isEmpty: Bool { ordinals.isEmpty }
    package var count: Int { ordinals.count }
    package var indices: Range<Int> { ordinals.indices }

    /// - Parameters:
    ///   - all: events that follow one another in the list, stubs among them.
    ///   - first: the ordinal of the first of them.
    ///   - isWanted: of an ordinal, whether it is; what is not is left out.
    init(
        _ all: EventBatch, from first: Ordinal, backwards: Bool,
        where isWanted: (Ordinal) -> Bool
    ) {
        var ordinals: [Ordinal] = []
        ordinals.reserveCapacity(all.count)
        var next = first
        batch = all.filtered(upTo: .max) { event in
            defer { next = backwards ? next &- 1 : next + 1 }
            if event.isStub || !isWanted(next) { return false }
            ordinals.append(next)
            return true
        }
        self.ordinals = ordinals
    }
}
