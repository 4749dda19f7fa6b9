import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

/// A time that a test moves.
final class TestTime: Sendable {
    private let microseconds = Mutex<Int64>(1_000_000)
    var now: Timestamp { Timestamp(microseconds: microseconds.withLock { $0 }) }
    func pass(_ duration: Duration) {
        microseconds.withLock { $0 += duration.components.seconds * 1_000_000 }
    }
}

struct `A command under a key` {
    let time = TestTime()
    let store: SourcedStore
    let accounts: Repository<Account>

    init() throws {
        let time = time
        store = SourcedStore(
            ModelStore(),
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            }, now: { time.now })
        accounts = try Repository(Account(), in: store)
    }

    private var head: Position {
        get async throws { try await store.store.head().position }
    }

    @Test func `Is done once, and answered as the first time`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let first = try await accounts.execute(.deposit(50), on: "41", key: "a")
        try await accounts.execute(.deposit(1), on: "41")
        let second = try await accounts.execute(.deposit(50), on: "41", key: "a")
        #expect(!first.isRepeated && second.isRepeated)
        #expect(second.state == first.state && second.events == first.events)
        #expect(second.revision == first.revision && second.position == first.position)
        #expect(try await accounts.load("41").state.balance == 51)
    }

    @Test func `Is refused again as it was refused first`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let refusal = Account.Refusal.notEnough(balance: 0)
        await #expect(throws: refusal) {
            try await accounts.execute(.withdraw(30), on: "41", key: "a")
        }
        try await accounts.execute(.deposit(50), on: "41")
        await #expect(throws: refusal) {
            try await accounts.execute(.withdraw(30), on: "41", key: "a")
        }
        try await accounts.execute(.withdraw(30), on: "41", key: "b")
        #expect(try await accounts.load("41").state.balance == 20)
    }

    @Test func `Is another one under the same key of another account`() async throws {
        for id in ["41", "42"] {
            try await accounts.execute(.open(owner: "Ada"), on: id, key: "a")
        }
        #expect(try await head == 2)
    }

    @Test func `Is done again when its outcome was kept long enough`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41", key: "a")
        time.pass(.seconds(7 * 86_400 + 1))
        try await accounts.execute(.deposit(50), on: "41", key: "a")
        #expect(try await accounts.load("41").state.balance == 100)
        #expect(try await accounts.forgetOutcomes() == 0)
        time.pass(.seconds(7 * 86_400 + 1))
        #expect(try await accounts.forgetOutcomes() == 1)
    }

    @Test func `Is answered by what has become of it where what it led to is gone`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41", key: "a")
        try await accounts.execute(.deposit(1), on: "41")
        try await store.store.setMetadata(
            StreamMetadata(truncateBefore: 2).encoded, of: "account-41")
        let again = try await accounts.execute(.deposit(50), on: "41", key: "a")
        #expect(again.isRepeated && again.events.isEmpty && again.state.balance == 51)
    }

    @Test func `Is answered by its events where the stream was deleted before`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await store.store.delete("account-41")
        let first = try await accounts.execute(.open(owner: "Cy"), on: "41", key: "a")
        let again = try await accounts.execute(.open(owner: "Cy"), on: "41", key: "a")
        #expect(first.revision == 1 && again.revision == 1)
        #expect(again.isRepeated && again.events == first.events)
    }

    @Test func `Is done once by all who send it at the same time`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let others = try (0..<4).map { _ in try Repository(Account(), in: store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<16 {
                group.addTask {
                    try await others[index % 4].execute(.deposit(50), on: "41", key: "a")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await accounts.load("41").state.balance == 50)
    }
}
