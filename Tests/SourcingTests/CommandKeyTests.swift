import Daybook
import DaybookCoding
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
    let signals = Signals()
    let store: SourcedStore
    let accounts: Repository<Account>

    init() throws {
        let (time, signals) = (time, signals)
        store = SourcedStore(
            ModelStore(),
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            }, observe: { signals.take($0) }, now: { time.now })
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

    @Test func `Is refused where something else was asked for under the key`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41", key: "a")
        let error = await #expect(throws: SourcingError.self) {
            try await accounts.execute(.deposit(60), on: "41", key: "a")
        }
        #expect(error?.code == .keyReused && error?.place == "account-41")
        #expect(error?.what == "Key 'a' was used for something else")
        // Also where the first one was refused.
        await #expect(throws: Account.Refusal.self) {
            try await accounts.execute(.withdraw(80), on: "41", key: "b")
        }
        await #expect {
            try await accounts.execute(.withdraw(10), on: "41", key: "b")
        } throws: {
            ($0 as? SourcingError)?.code == .keyReused
        }
        #expect(try await accounts.load("41").state.balance == 50)
    }

    @Test func `Is the same one in whatever order a set gives its elements`() async throws {
        let raffle = try Repository(Raffle(), in: store)
        let names = (0..<20).map { "guest-\($0)" }
        // A set of much room has its elements in another order.
        var roomy = Set<String>(minimumCapacity: 5_000)
        roomy.formUnion(names)
        try #require(Array(roomy) != Array(Set(names)))
        try await raffle.execute(Raffle.Draw(guests: Set(names)), on: "1", key: "a")
        #expect(
            try await raffle.execute(Raffle.Draw(guests: roomy), on: "1", key: "a").isRepeated)
        roomy.remove("guest-7")
        await #expect(throws: SourcingError.self) {
            try await raffle.execute(Raffle.Draw(guests: roomy), on: "1", key: "a")
        }
    }

    /// As it was kept before there were digests.
    struct OldOutcome: Encodable {
        var until: Int64
        var first: Revision?
        var last: Revision?
    }

    @Test func `Is answered by an outcome of an earlier version`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let old = OldOutcome(until: time.now.microseconds + 1, first: 0, last: 0)
        var append = Append()
        append.records = [
            SystemRecord(
                owner: "commands.account", key: "2/41/a",
                value: try PayloadEncoder(.cbor).encode(old))
        ]
        try await store.store.append(append)
        let again = try await accounts.execute(.open(owner: "Bob"), on: "41", key: "a")
        #expect(again.isRepeated && again.events == [.opened(Opened(owner: "Ada"))])
    }

    @Test func `Leaves no state in memory to which nothing can happen any more`() async throws {
        let raffle = try Repository(Raffle(), in: store)
        try await raffle.execute(Raffle.Draw(guests: ["Ada"]), on: "1", key: "a")
        _ = signals.loads()
        // Its event is read each time, also where it was read before.
        _ = try await raffle.load("1")
        _ = try await raffle.load("1")
        #expect(signals.loads() == [1, 1])
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

/// A decision under a key that is no command of a decider.
struct `A change under a key` {
    let store: SourcedStore
    let tills: Repository<AggregateFold<Till>>

    init() throws {
        store = SourcedStore(
            ModelStore(),
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            })
        tills = try Repository(Till.self, in: store)
    }

    @Test func `Is done once`() async throws {
        let first = try await tills.change("1", key: "a") { $0.take(50) }
        try await tills.change("1") { $0.take(1) }
        let again = try await tills.change("1", key: "a") { $0.take(50) }
        #expect(!first.isRepeated && again.isRepeated)
        #expect(again.state.balance == 50 && again.events == first.events)
        #expect(try await tills.load("1").state.balance == 51)
    }

    @Test func `Is not done again where it led to nothing`() async throws {
        try await tills.update("1", key: "a") { _ in [] }
        let again = try await tills.update("1", key: "a") { _ in
            [.deposited(Deposited(amount: 1))]
        }
        #expect(again.isRepeated && again.events.isEmpty)
        #expect(try await store.store.head().position == 0)
    }

    @Test func `Is refused again by an error that is kept`() async throws {
        await #expect(throws: Till.Empty(lacks: 50)) {
            try await tills.change("1", key: "a", refusals: Till.Empty.self) { try $0.pay(50) }
        }
        try await tills.change("1") { $0.take(50) }
        await #expect(throws: Till.Empty(lacks: 50)) {
            try await tills.change("1", key: "a", refusals: Till.Empty.self) { try $0.pay(50) }
        }
    }

    @Test func `Is tried again after an error that is not`() async throws {
        await #expect(throws: Till.Empty(lacks: 50)) {
            try await tills.change("1", key: "a") { try $0.pay(50) }
        }
        try await tills.change("1") { $0.take(50) }
        #expect(try await tills.change("1", key: "a") { try $0.pay(50) }.state.balance == 0)
    }

    @Test func `Says which refusal it cannot read`() async throws {
        await #expect(throws: Till.Empty.self) {
            try await tills.change("1", key: "a", refusals: Till.Empty.self) { try $0.pay(50) }
        }
        let error = await #expect(throws: SourcingError.self) {
            try await tills.change("1", key: "a") { try $0.pay(50) }
        }
        #expect(error?.code == .unreadable && error?.place?.contains("commands.till") == true)
    }
}

/// Is over when it was drawn.
struct Raffle: Decider {
    enum Event: EventSet {
        case drawn(Opened)

        static var members: [EventMember<Event>] { EventMember(Event.drawn) }
        var event: any DomainEvent {
            switch self {
            case .drawn(let event): event
            }
        }
    }

    struct Draw: Encodable, Sendable {
        var guests: Set<String>
    }

    static let name = "raffle"
    var initial: Bool { false }
    func decide(_ command: Draw, _ state: Bool) -> [Event] {
        [.drawn(Opened(owner: command.guests.min() ?? "nobody"))]
    }
    func evolve(_ state: inout Bool, _ event: Event) { state = true }
    func isTerminal(_ state: Bool) -> Bool { state }
}
