import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

/// What was told, in its order.
final class Told: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func tell(_ line: String) { lines.withLock { $0.append(line) } }
}

struct `A command bus` {
    let store = ModelStore()
    let accounts: Repository<Account>
    let told = Told()

    init() throws {
        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        accounts = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
    }

    @Test func `Brings a command to the one who does it, and its result back`() async throws {
        let bus = try bank(accounts)
        try await bus.send(OpenAccount(account: "41", owner: "Ada"))
        try await bus.send(OpenAccount(account: "42", owner: "Bob"))
        let done = try await bus.send(Deposit(account: "41", amount: 50))
        #expect(done.state.balance == 50)
        try await bus.send(Deposit(account: "42", amount: 5))
        let sum = try await bus.send(Sum(accounts: ["41", "42"]))
        #expect(sum == 55)
        await #expect(throws: Account.Refusal.notEnough(balance: 5)) {
            try await bus.send(Withdraw(account: "42", amount: 6))
        }
    }

    @Test func `Stamps what follows with the command's id and its correlation`() async throws {
        let bus = try bank(accounts)
        try await bus.send(OpenAccount(account: "41", owner: "Ada"), id: "c-1")
        try await Cause.with(causation: "e-1", correlation: "r-1") {
            try await bus.send(Deposit(account: "41", amount: 1), id: "c-2")
        }
        try await Cause.with(causation: "e-2") {
            try await bus.send(Deposit(account: "41", amount: 1))
        }
        let events = try await store.events(.stream("account-41"))
        #expect(events.map(\.causation)[..<2] == ["c-1", "c-2"])
        #expect(events.map(\.correlation) == ["c-1", "r-1", "e-2"])
        let drawn = try #require(events[2].causation)
        #expect(drawn != "e-2" && !drawn.isEmpty)
        #expect(Cause.current == Cause())
    }

    @Test func `Tells of each command how it ended, and how long it took`() async throws {
        let told = told
        let bus = try bank(
            accounts,
            around: [
                CommandLogging(clock: Still()) { entry in
                    told.tell("\(entry) by \(entry.context.causedBy ?? "nobody")")
                }
            ])
        try await bus.send(OpenAccount(account: "41", owner: "Ada"), id: "c-1")
        await #expect(throws: Account.Refusal.self) {
            try await Cause.with(causation: "e-1") {
                try await bus.send(Withdraw(account: "41", amount: 1), id: "c-2")
            }
        }
        #expect(
            told.all == [
                "OpenAccount c-1 done in 0.0 seconds by nobody",
                "Withdraw c-2 failed after 0.0 seconds: notEnough(balance: 0) by e-1",
            ])
    }

    @Test func `Lets through only what may be done`() async throws {
        struct Forbidden: Error, Equatable { let name: String }
        let bus = try bank(
            accounts,
            around: [
                CommandAuthorization { command, context in
                    if command is Withdraw { throw Forbidden(name: context.name) }
                }
            ])
        try await bus.send(OpenAccount(account: "41", owner: "Ada"))
        try await bus.send(Deposit(account: "41", amount: 50))
        await #expect(throws: Forbidden(name: "Withdraw")) {
            try await bus.send(Withdraw(account: "41", amount: 1))
        }
        #expect(try await store.head().position == 2)
    }

    @Test func `Does again what failed by something that passes, and nothing else`() async throws {
        struct Flaky: Command {
            var failures: Int
            var error: SourcingError.Code
        }
        let told = told
        let bus = try CommandBus(around: [CommandRetry(Retries(attemptsMax: 3))]) {
            CommandHandler(Flaky.self) { command in
                told.tell("tried")
                if told.all.count <= command.failures {
                    throw SourcingError(command.error, "", why: "", remedy: "")
                }
            }
        }
        try await bus.send(Flaky(failures: 2, error: .contended))
        #expect(told.all.count == 3)
        await #expect(throws: SourcingError.self) {
            try await bus.send(Flaky(failures: 4, error: .unreadable))
        }
        #expect(told.all.count == 4)
        await #expect(throws: SourcingError(.contended, "", why: "", remedy: "")) {
            try await bus.send(Flaky(failures: 9, error: .contended))
        }
        #expect(told.all.count == 7)
        #expect(CommandRetry.passes(StoreError(.busy, "", why: "", remedy: "")))
        #expect(!CommandRetry.passes(StoreError(.outcomeUnknown, "", why: "", remedy: "")))
    }

    @Test func `Does what is around all commands from the outside in`() async throws {
        let told = told
        let bus = try bank(accounts, around: [Brackets("a", told), Brackets("b", told)])
        try await bus.send(OpenAccount(account: "41", owner: "Ada"))
        #expect(told.all == ["(a", "(b", "b)", "a)"])
        // What is around it can say more of why it is done.
        let event = try #require(try await store.events(.stream("account-41")).first)
        #expect(String(decoding: event.metadata, as: UTF8.self) == #"{"teller":"b"}"#)
    }

    @Test func `Has a command done once that comes twice`() async throws {
        let accounts = accounts
        let bus = try CommandBus {
            CommandHandler(PayIn.self, in: accounts, on: \.account, key: \.request) {
                .deposit($0.amount)
            }
        }
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let first = try await bus.send(PayIn(account: "41", amount: 5, request: "r-1"))
        let again = try await bus.send(PayIn(account: "41", amount: 5, request: "r-1"))
        #expect([first.isRepeated, again.isRepeated] == [false, true])
        #expect(again.state.balance == 5)
    }

    @Test func `Is checked before it works`() throws {
        let twice = #expect(throws: SourcingError.self) {
            try CommandBus {
                CommandHandler(Sum.self) { _ in 0 }
                CommandHandler(Sum.self) { _ in 1 }
            }
        }
        #expect(twice?.code == .invalidCommands)
        #expect(
            twice?.description
                == "Sum has two handlers: a command is done by one (command 'Sum'). Leave one of them out."
        )
        let missing = #expect(throws: SourcingError.self) {
            try CommandBus(for: [Sum.self, Deposit.self]) { CommandHandler(Sum.self) { _ in 0 } }
        }
        #expect(missing?.code == .invalidCommands)
        #expect(
            missing?.description
                == "Deposit has no handler: the bus has some for Sum (command 'Deposit'). "
                + "Add a CommandHandler(Deposit.self) to the bus.")
    }

    @Test func `Says who is missing when a command is sent that nobody does`() async throws {
        let bus = try CommandBus { if false { CommandHandler(Sum.self) { _ in 0 } } }
        let error = await #expect(throws: SourcingError.self) {
            try await bus.send(Sum(accounts: []))
        }
        #expect(error?.code == .unhandled)
        #expect(error?.why == "the bus has none at all")
    }

    @Test func `Takes the handlers of another`() async throws {
        let sums = try CommandBus { CommandHandler(Sum.self) { $0.accounts.count } }
        let bus = try CommandBus(for: [Sum.self]) { sums }
        #expect(bus.names == ["Sum"])
        #expect(try await bus.send(Sum(accounts: ["41"])) == 1)
    }
}

/// Tells when a command comes by and when it comes back, and who the teller is.
private struct Brackets: CommandMiddleware {
    let name: String
    let told: Told

    init(_ name: String, _ told: Told) {
        self.name = name
        self.told = told
    }

    func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result {
        told.tell("(\(name)")
        defer { told.tell("\(name))") }
        let cause = Cause(
            causation: context.id, correlation: context.cause.correlation,
            metadata: ["teller": name])
        return try await Cause.with(cause) { try await next(command) }
    }
}

/// A clock that stands still.
private struct Still: Clock {
    var now: ContinuousClock.Instant { start }
    let start = ContinuousClock.now
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {}
}
