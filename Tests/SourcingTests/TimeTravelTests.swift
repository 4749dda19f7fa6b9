import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// The account of the pages: four events, one second apart, the last of which tells late of something earlier.
private func bank(_ store: any EventStore = ModelStore(clock: { seconds($0) })) async throws
    -> Repository<Account>
{
    let catalog = try EventCatalog {
        Opened.self
        Deposited.self
        Withdrawn.self
    }
    let accounts = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
    try await accounts.execute(.open(owner: "Ada"), on: "41")
    try await accounts.execute(.deposit(50), on: "41")
    try await accounts.execute(.open(owner: "Bob"), on: "42")
    try await accounts.execute(.withdraw(30), on: "41")
    return accounts
}

/// The time of the event behind a head.
private func seconds(_ head: Position) -> Timestamp {
    Timestamp(microseconds: (Int64(head) + 1) * 1_000_000)
}

private typealias State = Account.State

struct `Time travel` {
    @Test func `Tells a state behind every revision`() async throws {
        let accounts = try await bank()
        #expect(try await accounts.load("41", at: .revision(0)).state == State(owner: "Ada"))
        let behind = try await accounts.load("41", at: .revision(1))
        #expect(behind.state == State(owner: "Ada", balance: 50))
        #expect(behind.revision == 1)
        #expect(behind.position == 2)
        #expect(try await accounts.load("41", at: .revision(2)).state.balance == 20)
    }

    @Test func `Tells a state at every position, 0 being before everything`() async throws {
        let accounts = try await bank()
        let balances = try await [0, 1, 2, 3, 4].asyncMap {
            try await accounts.load("41", at: .position($0)).state.balance
        }
        #expect(balances == [0, 0, 50, 50, 20])
        #expect(try await accounts.load("41", at: .position(0)).state == State())
        #expect(try await accounts.load("42", at: .position(2)).revision == nil)
    }

    @Test func `Tells a state at every instant, the instant included`() async throws {
        let accounts = try await bank()
        func balance(_ microseconds: Int64) async throws -> Int {
            try await accounts.load("41", at: .time(Timestamp(microseconds: microseconds))).state
                .balance
        }
        #expect(try await balance(1_999_999) == 0)
        #expect(try await balance(2_000_000) == 50)
        #expect(try await balance(3_999_999) == 50)
        #expect(try await balance(4_000_000) == 20)
        #expect(try await balance(.max) == 20)
        #expect(
            try await accounts.load("41", at: .time(Timestamp(microseconds: 0))).state == State())
    }

    @Test func `Tells by occurrence what had happened by then, as is known by now`() async throws {
        let store = ModelStore(clock: { seconds($0) })
        let accounts = try await bank(store)
        try await store.append(
            [
                Event(
                    type: "money-deposited", data: #"{"amount":5}"#,
                    occurredAt: Timestamp(microseconds: 1_500_000))
            ], to: "account-41")
        func load(_ point: (Timestamp) -> HistoryPoint) async throws -> Loaded<State> {
            try await accounts.load("41", at: point(Timestamp(microseconds: 1_500_000)))
        }
        #expect(try await load { .time($0) }.state.balance == 0)
        let occurred = try await load { .occurred($0) }
        #expect(occurred.state == State(owner: "Ada", balance: 5))
        #expect(occurred.revision == 3)
        let count = try await accounts.history(
            "41", to: .occurred(Timestamp(microseconds: 1_500_000))
        ).reduce(0) { count, _ in count + 1 }
        #expect(count == 2)
    }

    @Test func `Refuses a revision and a position that have not been reached`() async throws {
        let accounts = try await bank()
        await #expect {
            try await accounts.load("41", at: .revision(3))
        } throws: {
            "\($0)"
                == "Stream 'account-41' has no revision 3: its last revision is 2 (stream 'account-41'). Ask for an earlier one, or for '.now'."
        }
        await #expect {
            try await accounts.load("41", at: .position(5))
        } throws: {
            "\($0)".hasPrefix("The journal has no position 5: its last position is 4")
        }
    }

    @Test func `Of what never was, there is the initial state and no revision`() async throws {
        let accounts = try await bank()
        for point in [HistoryPoint.now, .position(4), .time(seconds(9)), .occurred(seconds(9))] {
            let loaded = try await accounts.load("none", at: point)
            #expect(loaded.state == State())
            #expect(loaded.revision == nil)
        }
        await #expect(throws: SourcingError.self) {
            try await accounts.load("none", at: .revision(0))
        }
        for try await _ in accounts.history("none") { Issue.record("nothing has happened") }
    }

    @Test func `Of a deleted stream, tells nothing of what was before, and begins anew behind`()
        async throws
    {
        let store = ModelStore(clock: { seconds($0) })
        let accounts = try await bank(store)
        let deleted = try await store.delete("account-41")
        #expect(try await accounts.load("41", at: .now).state == State())
        #expect(try await accounts.load("41", at: .position(deleted)).state == State())
        for point in [HistoryPoint.position(deleted - 1), .revision(1), .time(seconds(1))] {
            await #expect {
                try await accounts.load("41", at: point)
            } throws: {
                "\($0)".contains("its events before revision 3 are gone")
            }
        }
        try await accounts.execute(.open(owner: "Cy"), on: "41")
        #expect(try await accounts.load("41", at: .revision(3)).state == State(owner: "Cy"))
        #expect(try await accounts.load("41", at: .position(deleted)).state == State())
    }

    @Test func `Refuses to tell a state of a truncated stream, unless what is left says all`()
        async throws
    {
        let store = ModelStore(clock: { seconds($0) })
        let accounts = try await bank(store)
        try await store.setMetadata(Array(#"{"$tb":1}"#.utf8), of: "account-41")
        await #expect(throws: SourcingError.self) {
            try await accounts.load("41", at: .revision(1))
        }
        let options = RepositoryOptions { $0.readsTruncatedStreams = true }
        let lenient = try Repository(Account(), in: accounts.store, options: options)
        #expect(try await lenient.load("41", at: .revision(1)).state == State(balance: 50))
    }

    @Test func `Begins with a snapshot that is on the way, and only with such a one`() async throws
    {
        let store = ModelStore(clock: { seconds($0) })
        let plain = try await bank(store)
        func snapshots() throws -> Repository<Account> {
            try Repository(
                Account(), in: plain.store, snapshots: .every(1),
                options: RepositoryOptions { $0.cachedStatesMax = 0 })
        }
        try await snapshots().execute(.deposit(1), on: "41")
        try await store.setMetadata(Array(#"{"$tb":4}"#.utf8), of: "account-41")
        let accounts = try snapshots()
        #expect(try await accounts.load("41", at: .revision(3)).state.balance == 21)
        #expect(try await accounts.load("41", at: .now).state.balance == 21)
        for point in [HistoryPoint.revision(2), .time(seconds(9)), .position(4)] {
            await #expect(throws: SourcingError.self) { try await accounts.load("41", at: point) }
        }
        try await store.delete("account-41")
        #expect(try await accounts.load("41", at: .now).state == State())
        try await store.setMetadata([], of: "account-41")
        try await plain.execute(.open(owner: "Cy"), on: "41")
        #expect(try await accounts.load("41", at: .now).state == State(owner: "Cy"))
        #expect(try await accounts.load("41", at: .revision(4)).state == State(owner: "Cy"))
    }

    @Test(arguments: [
        StreamMetadata(maxCount: 1_000),
        StreamMetadata(truncateBefore: StreamMetadata.truncatesAll),
    ])
    func `Looks back to where a stream with metadata was deleted`(metadata: StreamMetadata)
        async throws
    {
        let store = ModelStore(clock: { seconds($0) })
        let accounts = try await bank(store)
        try await store.setMetadata(metadata.encoded, of: "account-41")
        if metadata.maxCount != nil { try await store.delete("account-41") }
        let fresh = try Repository(Account(), in: accounts.store)
        #expect(try await fresh.load("41", at: .now).state == State())
        try await fresh.execute(.open(owner: "Cy"), on: "41")
        #expect(try await fresh.load("41", at: .now).state == State(owner: "Cy"))
        #expect(try await fresh.load("41", at: .revision(3)).state == State(owner: "Cy"))
        await #expect(throws: SourcingError.self) {
            try await fresh.load("41", at: .revision(2))
        }
    }

    @Test func `A history tells each event and what it changed, and records nothing`() async throws
    {
        let store = ModelStore(clock: { seconds($0) })
        let accounts = try await bank(store)
        var lines: [String] = []
        for try await change in accounts.history("41") {
            lines.append(
                "\(change.recorded.type) \(change.before.balance) → \(change.after.balance)")
        }
        #expect(
            lines == ["account-opened 0 → 0", "money-deposited 0 → 50", "money-withdrawn 50 → 20"])
        _ = try await accounts.blame("41")
        _ = try await accounts.difference("41", from: .revision(0), to: .now)
        #expect(try await store.head().position == 4)
    }

    @Test func `A history reads anew each time, and only as far as it is asked`() async throws {
        let accounts = try await bank()
        let history = accounts.history("41")
        let first = try await history.first { _ in true }
        #expect(first?.events == [.opened(Opened(owner: "Ada"))])
        try await accounts.execute(.deposit(1), on: "41")
        #expect(try await history.reduce(0) { count, _ in count + 1 } == 4)
    }

    @Test func `A difference names the fields, in either direction`() async throws {
        let accounts = try await bank()
        let difference = try await accounts.difference("41", from: .position(0), to: .now)
        #expect(
            Set(difference.fields.map(\.description)) == ["/balance: 0 → 20", "/owner: + \"Ada\""])
        let back = try await accounts.difference("41", from: .now, to: .revision(1))
        #expect(back.description == "/balance: 20 → 50")
        let none = try await accounts.difference("41", from: .now, to: .now)
        #expect(none.description == "no difference")
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows
        -> [Result]
    {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
