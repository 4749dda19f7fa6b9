import DaybookSourcing

/// An account at a bank.
struct Account: Decider {
    static let name = "account"

    /// How far below zero a customer may take an account, in hellers. A rule is a parameter of the decider: events say what
    /// happened by the rule of their day.
    var overdraftMax = 0
    /// What is booked at once: not so much that a balance could not be added up any more.
    let amounts = 1...1_000_000_000_000

    struct State: Equatable, Codable, Sendable {
        var isOpen = false
        var balance = 0
        /// The least it ever was.
        var lowest = 0
        /// How often it fell below zero.
        var timesOverdrawn = 0
    }

    enum Command: Sendable {
        case open(district: Int, statements: Statements)
        case credit(Credit, Int, rounding: Int = 0)
        case debit(Debit, Int, rounding: Int = 0)
    }

    enum Refusal: Error, Equatable, Codable {
        case isOpen
        case isNotOpen
        case noAmount
        case notCovered(balance: Int)
    }

    var initial: State { State() }

    func decide(_ command: Command, _ state: State) throws(Refusal) -> [AccountEvent] {
        if case .open(let district, let statements) = command {
            if state.isOpen { throw .isOpen }
            return [.opened(AccountOpened(district: district, statements: statements))]
        }
        if !state.isOpen { throw .isNotOpen }
        switch command {
        case .open: return []
        case .credit(let credit, let amount, let rounding):
            if !amounts.contains(amount) { throw .noAmount }
            return [.credited(MoneyCredited(from: credit, amount: amount, rounding: rounding))]
        case .debit(let debit, let amount, let rounding):
            if !amounts.contains(amount) { throw .noAmount }
            let left = state.balance - amount + rounding
            if left < -overdraftMax && !debit.isTheBanks {
                throw .notCovered(balance: state.balance)
            }
            let debited = MoneyDebited(to: debit, amount: amount, rounding: rounding)
            // It is told once, and not again by each event until it is made good.
            if left >= 0 || state.balance < 0 { return [.debited(debited)] }
            return [.debited(debited), .overdrawn(AccountOverdrawn(balance: left))]
        }
    }

    func evolve(_ state: inout State, _ event: AccountEvent) {
        switch event {
        case .opened: state.isOpen = true
        case .credited(let money): state.balance += money.amount + money.rounding
        case .debited(let money): state.balance -= money.amount - money.rounding
        case .overdrawn: state.timesOverdrawn += 1
        }
        state.lowest = min(state.lowest, state.balance)
    }
}
