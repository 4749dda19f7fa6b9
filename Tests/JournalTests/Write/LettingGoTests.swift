import Daybook
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Appends that whoever submits them keeps, and frees when they are answered.
@Suite struct LettingGoTests {
    /// Keeps an append until it is answered.
    private final class Keeper: @unchecked Sendable {
        // Safe: the journal has no threads.
        private var append: PendingAppend?
        private weak var seen: PendingAppend?
        /// Whether nobody else held it when it was answered.
        private(set) var freedIt: Bool?

        func submit(_ append: Append, to journal: Journal) throws(StoreError) {
            let prepared = journal.prepare(try journal.encode(append), from: nil) { _ in
                self.append = nil
                self.freedIt = self.seen == nil
            }
            self.append = prepared
            seen = prepared
            journal.submitAtOnce(prepared)
        }
    }

    @Test func `An append is let go of before it is answered`() throws {
        let journal = try World(SimulatedDisk()).open()
        let keepers = (0..<3).map { _ in Keeper() }
        for (number, keeper) in keepers.enumerated() {
            // The last one is refused.
            let condition = number == 2 ? StreamCondition.revision(7) : .any
            try keeper.submit(
                Append([Event(type: "t")], to: "a-1", expecting: condition), to: journal)
        }
        journal.step()
        #expect(keepers.map(\.freedIt) == [true, true, true])
        journal.close()
    }
}
