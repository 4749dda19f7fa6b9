import Daybook
import Testing

@Suite("Journal name")
struct JournalNameTests {
    @Test(arguments: [
        "main", "billing", "a", "0", "orders-2024", "a_b", String(repeating: "a", count: 64),
    ])
    func `A name may have these letters`(name: String) throws {
        #expect(JournalName.isValid(name))
        try JournalName.validate(name)
    }

    @Test(arguments: [
        "", "Billing", "a.b", "a/b", "..", "-a", "_a", "a b", "a\u{0}", "ä", "a\u{301}",
        String(repeating: "a", count: 65),
    ])
    func `Another one is refused in words`(name: String) {
        #expect(!JournalName.isValid(name))
        let error = #expect(throws: StoreError.self) { try JournalName.validate(name) }
        #expect(error?.code == .invalid)
        #expect(error?.why.contains("a to z, 0 to 9, - and _") == true)
    }
}

@Suite("Checkpoints of several journals")
struct CheckpointSetTests {
    private func place(_ position: Position) -> Checkpoint {
        Checkpoint(
            journal: EventID(high: 1, low: 2), epoch: 3, position: position,
            event: position == 0 ? nil : EventID(high: 4, low: position))
    }

    @Test func `Its text comes back, whatever the order in which they were noted`() throws {
        var set = CheckpointSet()
        #expect(set.description == "" && CheckpointSet("") == set)
        try set.set(place(7), of: "orders-2")
        try set.set(place(0), of: "billing")
        #expect(set.journals == ["billing", "orders-2"])
        #expect(set.description == "billing=\(place(0)),orders-2=\(place(7))")
        #expect(CheckpointSet(set.description) == set)
        #expect(CheckpointSet("orders-2=\(place(7)),billing=\(place(0))") == set)
    }

    @Test func `It says where to go on`() throws {
        var set = CheckpointSet()
        try set.set(place(7), of: "billing")
        #expect(set.start(in: "billing") == .checkpoint(place(7)))
        #expect(set.start(in: "main") == .beginning)
        try set.set(nil, of: "billing")
        #expect(set == CheckpointSet())
        #expect(throws: StoreError.self) { try set.set(place(1), of: "No") }
    }

    @Test func `Another text is no set`() {
        let one = place(7).description
        for text in [
            ",", "main", "main=", "=\(one)", "Main=\(one)", "main=\(one),",
            "main=\(one),main=\(one)",
            "main=\(one);billing=\(one)", "main=x",
        ] { #expect(CheckpointSet(text) == nil, "\(text)") }
    }
}
