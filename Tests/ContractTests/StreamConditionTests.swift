import Daybook
import Testing

@Suite("StreamCondition")
struct StreamConditionTests {
    /// The table of the design: states by column, conditions by row. An emptied stream is live,
    /// without events that could be read.
    static let states: [StreamState] = [
        .never, .live(last: 4), .live(last: 4), .softDeleted(last: 4), .tombstoned(last: 4),
        .onlyMetadata,
    ]
    static let table: [(StreamCondition, String)] = [
        (.any, "✓✓✓✓d✓"), (.none, "✓✗✗✓d✓"), (.exists, "✗✓✓✗d✓"), (.revision(4), "✗✓✓✓d✗"),
        (.revision(3), "✗✗✗✗d✗"), (.softDeleted, "✗✗✗✓d✗"), (.tombstoned, "✗✗✗✗✓✗"),
    ]

    @Test(arguments: table)
    func `A row of the table`(_ condition: StreamCondition, _ cells: String) {
        for (state, cell) in zip(Self.states, cells) {
            #expect(condition.isMet(by: state) == (cell == "✓"), "\(condition) in \(state)")
            let expected: StoreError.Code? =
                switch cell {
                case "d": .streamDeleted
                case "✗": .wrongRevision
                default: nil
                }
            #expect(code(condition, state, isWritten: false) == expected, "\(state)")
            let written = condition == .tombstoned && cell == "✓" ? .streamDeleted : expected
            #expect(code(condition, state, isWritten: true) == written, "written: \(state)")
        }
    }

    private func code(
        _ condition: StreamCondition, _ state: StreamState, isWritten: Bool
    ) -> StoreError.Code? {
        do {
            try condition.check("account-1", in: state, isWritten: isWritten)
            return nil
        } catch {
            #expect(error.actual == state)
            #expect(error.place == "stream 'account-1'")
            return error.code
        }
    }

    @Test func `Whether an append is a repeat is asked where its condition says`() {
        #expect(StreamCondition.revision(4).repeatedFrom(reopened: 2) == 5)
        #expect(StreamCondition.revision(.max).repeatedFrom(reopened: 2) == .max)
        #expect(StreamCondition.none.repeatedFrom(reopened: 0) == 0)
        #expect(StreamCondition.none.repeatedFrom(reopened: 7) == 7)
        #expect(StreamCondition.softDeleted.repeatedFrom(reopened: 7) == 7)
        for condition in [StreamCondition.any, .exists, .tombstoned] {
            #expect(condition.repeatedFrom(reopened: 7) == nil)
        }
    }

    @Test func `A soft deletion needs something to delete, a tombstone nothing`() {
        let kinds: [(Deletion, [StoreError.Code?])] = [
            (.soft, [.streamNotFound, nil, nil, .streamNotFound, .streamDeleted, .streamNotFound]),
            (.tombstone, [nil, nil, nil, nil, .streamDeleted, nil]),
        ]
        for (kind, codes) in kinds {
            for (state, expected) in zip(Self.states, codes) {
                var found: StoreError.Code?
                do {
                    try kind.check("account-1", in: state, expecting: .any)
                } catch { found = error.code }
                #expect(found == expected, "\(kind) in \(state)")
            }
        }
    }
}
