import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/commands.md` that is not in BankCommands.swift.

private struct TooMuch: Error { let amountMax: Int }

struct Teller: CommandMiddleware {
    let name: String

    func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result {
        let cause = Cause(
            causation: context.id, correlation: context.cause.correlation,
            metadata: ["teller": name])
        return try await Cause.with(cause) { try await next(command) }
    }
}

func commands() async throws {
    let engine = ModelStore()
    let catalog = try EventCatalog {
        Opened.self
        Deposited.self
        Withdrawn.self
    }
    let accounts = try Repository(Account(), in: SourcedStore(engine, catalog: catalog))
    do {
        _ = try CommandBus(for: [Sum.self, Deposit.self]) {
            CommandHandler(Sum.self) { _ in 0 }
        }
    } catch {
        print(error)
    }
    let bus = try bank(
        accounts,
        around: [
            CommandLogging { entry in
                print(entry.context.name, entry.error.map { "failed: \($0)" } ?? "done")
            },
            CommandAuthorization { command, _ in
                if let withdraw = command as? Withdraw, withdraw.amount > 1_000 {
                    throw TooMuch(amountMax: 1_000)
                }
            },
            CommandRetry(),
        ])
    try await bus.send(OpenAccount(account: "41", owner: "Ada"))
    let done = try await bus.send(Deposit(account: "41", amount: 50), id: "deposit-7")
    print(done.state.balance)
    print(try await bus.send(Sum(accounts: ["41", "42"])))
    do {
        try await bus.send(Withdraw(account: "41", amount: 5_000))
    } catch let error as TooMuch {
        print("no more than \(error.amountMax) at once")
    }
    let event = try await engine.events(.stream("account-41"))[1]
    print(event.causation ?? "-", event.correlation ?? "-")
}
