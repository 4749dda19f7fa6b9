import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

/// What a store tells of itself.
final class Signals: Sendable {
    private let told = Mutex<[SourcingSignal]>([])
    func take(_ signal: SourcingSignal) { told.withLock { $0.append(signal) } }
    /// All since this was asked last.
    func all() -> [SourcingSignal] {
        told.withLock { told in
            defer { told = [] }
            return told
        }
    }
    /// How many events each load has read, since anything was asked last.
    func loads() -> [Int] {
        all().compactMap { if case .loaded(_, let events, _) = $0 { events } else { nil } }
    }
}

/// An account whose fold can be another.
struct OtherAccount: Decider {
    static let name = "account"
    /// A fault in the fold: deposits count so often.
    var factor = 1
    var initial: Account.State { Account().initial }
    func decide(
        _ command: Account.Command, _ state: Account.State
    ) throws(Account.Refusal) -> [AccountEvent] {
        try Account().decide(command, state)
    }
    func evolve(_ state: inout Account.State, _ event: AccountEvent) {
        for _ in 0..<factor { Account().evolve(&state, event) }
    }
}

struct `Snapshots of a repository` {
    let signals = Signals()
    let time = TestTime()
    let store: SourcedStore

    init() throws {
        let (signals, time) = (signals, time)
        store = SourcedStore(
            ModelStore(clock: { _ in time.now }),
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            }, retries: Self.checkingNone, observe: { signals.take($0) }, now: { time.now })
    }

    /// No load is the one in 1,000 that checks its snapshot: it would read more than is counted here.
    private static var checkingNone: Retries {
        var retries = Retries()
        retries.chance = { 0.5 }
        return retries
    }

    private func accounts(_ policy: SnapshotPolicy) throws -> Repository<Account> {
        try Repository(
            Account(), in: store, snapshots: policy,
            options: RepositoryOptions { $0.cachedStatesMax = 0 })
    }

    private func fill(_ accounts: Repository<Account>, _ deposits: Int) async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        for _ in 0..<deposits { try await accounts.execute(.deposit(1), on: "41") }
        _ = signals.loads()
    }

    @Test func `Leave only what came behind them to be read`() async throws {
        var policy = SnapshotPolicy.every(10)
        policy.checksOneIn = 0
        let accounts = try accounts(policy)
        try await fill(accounts, 24)
        let loaded = try await accounts.load("41")
        #expect(loaded.state.balance == 24 && loaded.revision == 24)
        #expect(signals.loads() == [5])
        // They are in nobody's way.
        #expect(try await store.store.head().position == 25)
    }

    @Test func `May be larger than a record`() async throws {
        let accounts = try accounts(.every(1))
        let owner = String(repeating: "Ada", count: 100_000)
        try await accounts.execute(.open(owner: owner), on: "41")
        _ = signals.loads()
        #expect(try await accounts.load("41").state.owner == owner)
        #expect(signals.loads() == [0])
    }

    @Test func `Are taken after a time, and after so many bytes`() async throws {
        let accounts = try accounts(SnapshotPolicy(age: .seconds(60), bytes: 10_000))
        try await fill(accounts, 3)
        time.pass(.seconds(61))
        try await accounts.execute(.deposit(1), on: "41")
        _ = signals.loads()
        _ = try await accounts.load("41")
        #expect(signals.loads().last == 0)
    }

    @Test func `Are taken after so many bytes alone`() async throws {
        // A deposit is recorded in 12 bytes.
        let accounts = try accounts(SnapshotPolicy(bytes: 40))
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        for events in 2...9 {
            try await accounts.execute(.deposit(1), on: "41")
            _ = signals.loads()
            _ = try await accounts.load("41")
            // 15 bytes come first, so it is taken at the third deposit, and then at every fourth.
            let read = events < 4 ? events : (events - 4) % 4
            #expect(signals.loads() == [read], "\(events) events")
        }
    }

    @Test func `Of events that are read otherwise by now are passed over`() async throws {
        let accounts = try accounts(.every(10))
        try await fill(accounts, 24)
        let catalogs = [
            try EventCatalog {
                Opened.self
                EventEntry(Deposited.self).renamed(from: "money-put-in")
                Withdrawn.self
            },
            try EventCatalog(unknown: .skip) {
                Opened.self
                Deposited.self
                Withdrawn.self
            },
        ]
        let signals = signals
        for catalog in catalogs {
            let other = SourcedStore(
                store.store, catalog: catalog, retries: Self.checkingNone,
                observe: { signals.take($0) })
            let others = try Repository(Account(), in: other, snapshots: .every(10))
            #expect(try await others.load("41").state.balance == 24)
            #expect(signals.loads() == [25])
            #expect(try await others.verifySnapshots() == 0)
            _ = signals.loads()
        }
    }

    @Test func `Of a stream that was truncated hold what is gone`() async throws {
        let accounts = try accounts(.every(10))
        try await fill(accounts, 24)
        try await store.store.setMetadata(
            StreamMetadata(truncateBefore: 15).encoded, of: "account-41")
        #expect(try await accounts.load("41").state.balance == 24)
        #expect(try await accounts.verifySnapshots() == 0)
        let plain = try Repository(Account(), in: store)
        await #expect { _ = try await plain.load("41") } throws: {
            ($0 as? SourcingError)?.code == .truncated
        }
    }

    @Test func `Up to which a stream was truncated are believed`() async throws {
        var policy = SnapshotPolicy.every(10)
        policy.checksOneIn = 1
        let accounts = try accounts(policy)
        try await fill(accounts, 24)
        try await store.store.setMetadata(
            StreamMetadata(truncateBefore: 20).encoded, of: "account-41")
        #expect(try await accounts.load("41").state.balance == 24)
        #expect(try await accounts.verifySnapshots() == 0)
    }

    @Test func `Of a stream that was deleted are another one's`() async throws {
        var policy = SnapshotPolicy.every(1)
        policy.checksOneIn = 1
        let accounts = try accounts(policy)
        try await fill(accounts, 3)
        #expect(try await accounts.verifySnapshots() == 1)
        try await store.store.delete("account-41")
        #expect(try await accounts.verifySnapshots() == 0)
        let plain = try Repository(Account(), in: store)
        try await plain.execute(.open(owner: "Cy"), on: "41")
        #expect(try await accounts.verifySnapshots() == 0)
        try await accounts.execute(.deposit(5), on: "41")
        #expect(try await accounts.load("41").state == Account.State(owner: "Cy", balance: 5))
        #expect(try await accounts.verifySnapshots() == 1)
        let other = try Repository(OtherAccount(factor: 2), in: store, snapshots: policy)
        await #expect {
            try await other.verifySnapshots()
        } throws: {
            ($0 as? SourcingError)?.code == .wrongSnapshot
        }
        // What was truncated then cannot be folded any more.
        try await store.store.setMetadata(
            StreamMetadata(truncateBefore: 5).encoded, of: "account-41")
        #expect(try await other.verifySnapshots() == 0)
    }

    @Test func `That are smaller leave nothing of larger ones`() async throws {
        let owner = String(repeating: "Ada", count: 60_000)
        let accounts = try accounts(.every(1))
        try await accounts.execute(.open(owner: owner), on: "41")
        let key = "snapshots.account"
        #expect(try await store.store.records(owner: key, after: nil, limit: 9).count == 3)
        try await store.store.delete("account-41")
        try await accounts.execute(.open(owner: "Cy"), on: "41")
        #expect(try await store.store.records(owner: key, after: nil, limit: 9).count == 1)
    }

    @Test func `That are not what the events lead to are found`() async throws {
        let accounts = try accounts(.every(10))
        try await fill(accounts, 24)
        #expect(try await accounts.verifySnapshots() == 1)
        let other = try Repository(
            OtherAccount(factor: 2), in: store,
            snapshots: {
                var policy = SnapshotPolicy.every(10)
                policy.checksOneIn = 1
                return policy
            }())
        for check in [0, 1] {
            await #expect {
                if check == 0 {
                    _ = try await other.load("41")
                } else {
                    try await other.verifySnapshots()
                }
            } throws: {
                ($0 as? SourcingError)?.code == .wrongSnapshot
            }
        }
    }
}
