import Daybook
import DaybookSourcing

struct Opened: DomainEvent, Equatable {
    static let eventType: EventType = "account-opened"
    var owner: String
}

struct Deposited: DomainEvent, Equatable {
    static let eventType: EventType = "money-deposited"
    var amount: Int
}

struct Withdrawn: DomainEvent, Equatable {
    static let eventType: EventType = "money-withdrawn"
    var amount: Int
}

enum AccountEvent: EventSet, Equatable {
    case opened(Opened)
    case deposited(Deposited)
    case withdrawn(Withdrawn)

    static var members: [EventMember<AccountEvent>] {
        EventMember(AccountEvent.opened)
        EventMember(AccountEvent.deposited)
        EventMember(AccountEvent.withdrawn)
    }

    var event: any DomainEvent {
        switch self {
        case .opened(let event): event
        case .deposited(let event): event
        case .withdrawn(let event): event
        }
    }
}

struct Account: Decider {
    static let name = "account"

    struct State: Equatable, Codable, Sendable {
        var owner: String?
        var balance = 0
    }

    enum Command: Encodable, Sendable {
        case open(owner: String)
        case deposit(Int)
        case withdraw(Int)
    }

    enum Refusal: Error, Equatable, Codable {
        case isOpen
        case isNotOpen
        case notEnough(balance: Int)
    }

    var initial: State { State() }

    func decide(_ command: Command, _ state: State) throws(Refusal) -> [AccountEvent] {
        switch command {
        case .open(let owner):
            if state.owner != nil { throw .isOpen }
            return [.opened(Opened(owner: owner))]
        case .deposit(let amount):
            if state.owner == nil { throw .isNotOpen }
            return [.deposited(Deposited(amount: amount))]
        case .withdraw(let amount):
            if state.owner == nil { throw .isNotOpen }
            if state.balance < amount { throw .notEnough(balance: state.balance) }
            return [.withdrawn(Withdrawn(amount: amount))]
        }
    }

    func evolve(_ state: inout State, _ event: AccountEvent) {
        switch event {
        case .opened(let opened): state.owner = opened.owner
        case .deposited(let deposited): state.balance += deposited.amount
        case .withdrawn(let withdrawn): state.balance -= withdrawn.amount
        }
    }
}
