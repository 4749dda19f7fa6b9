import Daybook
import DaybookSourcing

// What can happen to an account. Money is counted in hellers, a hundredth of a koruna: integers, which never lose any.

/// An account was opened in a district, and its owner is told of it so often.
struct AccountOpened: DomainEvent, Equatable {
    static let eventType = EventType("account-opened", version: 2)
    var district: Int
    var statements: Statements
}

enum Statements: String, Codable {
    case monthly, weekly, afterEach
}

/// The first version, by the old bank: it had words of its own for the same.
struct AccountOpenedV1: Codable {
    enum Frequency: String, Codable {
        case monthly = "POPLATEK MESICNE"
        case weekly = "POPLATEK TYDNE"
        case afterEach = "POPLATEK PO OBRATU"
    }
    var district: Int
    var statement: Frequency
}

extension AccountOpened {
    /// How both versions are read: nobody but the catalog ever sees the first one.
    static var entry: EventEntry<AccountOpened> {
        EventEntry(AccountOpened.self)
            .upcast(from: 1) { (old: AccountOpenedV1) in
                let statements: Statements =
                    switch old.statement {
                    case .monthly: .monthly
                    case .weekly: .weekly
                    case .afterEach: .afterEach
                    }
                return AccountOpened(district: old.district, statements: statements)
            }
    }
}

/// Where money came from.
enum Credit: String, Codable { case cash, transfer, interest }

/// Where money went: to the customer, who wanted it, or to the bank.
enum Debit: String, Codable {
    case cash, card, transfer, fee, penaltyInterest

    /// What the bank takes for itself it takes whatever is left.
    var isTheBanks: Bool { self == .fee || self == .penaltyInterest }
}

struct MoneyCredited: DomainEvent, Equatable {
    static let eventType: EventType = "money-credited"
    var from: Credit
    var amount: Int
    /// What the bank added to it, or kept: it reckons interest in more digits than it books.
    var rounding = 0
}

struct MoneyDebited: DomainEvent, Equatable {
    static let eventType: EventType = "money-debited"
    var to: Debit
    var amount: Int
    var rounding = 0
}

/// The balance fell below zero. It is a fact of its own, so that whoever has to write to the customer finds it.
struct AccountOverdrawn: DomainEvent, Equatable {
    static let eventType: EventType = "account-overdrawn"
    var balance: Int
}

enum AccountEvent: EventSet, Equatable {
    case opened(AccountOpened)
    case credited(MoneyCredited)
    case debited(MoneyDebited)
    case overdrawn(AccountOverdrawn)

    static var members: [EventMember<AccountEvent>] {
        EventMember(AccountEvent.opened)
        EventMember(AccountEvent.credited)
        EventMember(AccountEvent.debited)
        EventMember(AccountEvent.overdrawn)
    }

    var event: any DomainEvent {
        switch self {
        case .opened(let event): event
        case .credited(let event): event
        case .debited(let event): event
        case .overdrawn(let event): event
        }
    }
}

func bankCatalog() throws -> EventCatalog {
    try EventCatalog {
        AccountOpened.entry
        MoneyCredited.self
        MoneyDebited.self
        AccountOverdrawn.self
    }
}
