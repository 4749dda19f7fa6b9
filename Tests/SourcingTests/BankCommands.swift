import Daybook
import DaybookSourcing

struct OpenAccount: Command {
    typealias Result = Executed<Account>
    var account: String
    var owner: String
}

struct Deposit: Command {
    typealias Result = Executed<Account>
    var account: String
    var amount: Int
}

struct Withdraw: Command {
    typealias Result = Executed<Account>
    var account: String
    var amount: Int
}

/// A deposit that a client may send twice.
struct PayIn: Command {
    typealias Result = Executed<Account>
    var account: String
    var amount: Int
    var request: String
}

/// What lies in two accounts together.
struct Sum: Command {
    typealias Result = Int
    var accounts: [String]
}

func bank(
    _ accounts: Repository<Account>, around middleware: [any CommandMiddleware] = []
) throws -> CommandBus {
    try CommandBus(
        for: [OpenAccount.self, Deposit.self, Withdraw.self, Sum.self], around: middleware
    ) {
        CommandHandler(OpenAccount.self, in: accounts, on: \.account) { .open(owner: $0.owner) }
        CommandHandler(Deposit.self, in: accounts, on: \.account) { .deposit($0.amount) }
        CommandHandler(Withdraw.self, in: accounts, on: \.account) { .withdraw($0.amount) }
        CommandHandler(Sum.self) { command in
            var sum = 0
            for account in command.accounts {
                sum += try await accounts.load(account).state.balance
            }
            return sum
        }
    }
}
