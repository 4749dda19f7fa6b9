import Daybook
import DaybookSourcing

/// Accounts at a bank: a decider with a rule, its history, and the events that gave a state its values.
public enum BankExample {
    /// Opens an account, uses it, overdraws it, and looks back.
    /// - Parameters:
    ///   - store: Where it is recorded, in a stream of its own.
    ///   - print: Called with one line at a time.
    public nonisolated(nonsending) static func run(
        in store: any EventStore, print: (String) -> Void
    ) async throws {
        let accounts = try Repository(
            Account(), in: SourcedStore(store, catalog: try bankCatalog()))
        let account = try await accounts.unusedID()
        let wishes: [(words: String, command: Account.Command)] = [
            ("Ada opens an account", .open(district: 18, statements: .monthly)),
            ("She pays in 500", .credit(.cash, 500_00)),
            ("She takes out 600", .debit(.cash, 600_00)),
            ("She takes out 450", .debit(.card, 450_00)),
            ("The bank takes its fee of 80", .debit(.fee, 80_00)),
            ("She takes out 1", .debit(.cash, 1_00)),
            ("She is sent 100", .credit(.transfer, 100_00)),
        ]
        for wish in wishes {
            do {
                let done = try await accounts.execute(wish.command, on: account)
                let balance = Decimals.text(done.state.balance, digits: 2)
                let note =
                    done.events.contains { $0.event is AccountOverdrawn } ? ", overdrawn" : ""
                print("\(wish.words): the balance is \(balance)\(note)")
            } catch let refusal as Account.Refusal {
                print("\(wish.words), and is refused: \(refusal)")
            }
        }
        print("")
        print("What is recorded in '\(accounts.stream(account))':")
        for try await change in accounts.history(account) {
            let balance = Decimals.text(change.after.balance, digits: 2)
            print("    \(change.recorded.revision)  \(change.recorded.type), then \(balance)")
        }
        print("")
        print("Which event gave each field its value:")
        for line in try await accounts.blame(account).lines { print("    \(line)") }
        print("")
        print("What became of it behind the first withdrawal:")
        let difference = try await accounts.difference(account, from: .revision(2), to: .now)
        for field in difference.fields { print("    \(field)") }
    }
}
