import Daybook
import DaybookSourcing

// The old bank's own books: events that no program of ours has recorded, read by a catalog of ours.

/// What it booked on an account, of whatever kind, with the balance that it came to.
struct OldTransaction: DomainEvent, Equatable {
    static let eventType: EventType = "transaction"
    /// Below zero for what went.
    var amount: BookedAmount
    var rounding: BookedAmount
    var balance: BookedAmount

    enum CodingKeys: String, CodingKey {
        case amount = "signed_amount"
        case rounding
        case balance = "balance_after"
    }
}

enum OldBankEvent: EventSet {
    case opened(AccountOpened)
    case booked(OldTransaction)

    static var members: [EventMember<OldBankEvent>] {
        EventMember(OldBankEvent.opened)
        EventMember(OldBankEvent.booked)
    }

    var event: any DomainEvent {
        switch self {
        case .opened(let event): event
        case .booked(let event): event
        }
    }
}

/// The eight kinds of transactions have the same fields: to us they are one event under eight names.
func oldBankCatalog() throws -> EventCatalog {
    try EventCatalog {
        AccountOpened.entry
        EventEntry(OldTransaction.self)
            .renamed(
                from: "cash-deposited", "transfer-received", "interest-credited",
                "cash-withdrawn", "card-withdrawn", "transfer-sent", "fee-charged",
                "penalty-interest-charged")
        IgnoredEvent("loan-granted")
        IgnoredEvent("card-issued")
    }
}

/// What was wanted, and the balance that the old bank wrote down behind it.
struct OldEntry: Sendable {
    var command: Account.Command
    var balance: Int

    /// - Parameter type: The name it was recorded under, which tells the kind of a transaction.
    init(_ event: OldBankEvent, recordedAs type: String) throws {
        switch event {
        case .opened(let opened):
            command = .open(district: opened.district, statements: opened.statements)
            balance = 0
        case .booked(let booked):
            let (amount, rounding) = (booked.amount.value, booked.rounding.value)
            if let credit = Self.credits[type] {
                command = .credit(credit, amount, rounding: rounding)
            } else if let debit = Self.debits[type] {
                command = .debit(debit, -amount, rounding: rounding)
            } else {
                throw ExampleError(
                    description: "The books hold a transaction of a kind of its own: '\(type)'.")
            }
            balance = booked.balance.value
        }
    }

    private static let credits: [String: Credit] = [
        "cash-deposited": .cash, "transfer-received": .transfer, "interest-credited": .interest,
    ]
    private static let debits: [String: Debit] = [
        "cash-withdrawn": .cash, "card-withdrawn": .card, "transfer-sent": .transfer,
        "fee-charged": .fee, "penalty-interest-charged": .penaltyInterest,
    ]
}

/// An account of the old bank: its number, and what happened to it.
struct OldAccount: Sendable {
    var id: String
    var entries: [OldEntry] = []

    /// All of a history, in the order in which they were opened.
    static func all(in history: any EventStore) async throws -> [OldAccount] {
        let store = SourcedStore(history, catalog: try oldBankCatalog())
        var accounts: [OldAccount] = []
        var places: [String: Int] = [:]
        for try await old in try store.read(OldBankEvent.self, Read(.category("account"))) {
            let stream = old.recorded.stream
            let place = places[stream] ?? accounts.count
            if place == accounts.count {
                places[stream] = place
                accounts.append(OldAccount(id: String(stream.dropFirst("account-".count))))
            }
            accounts[place].entries.append(
                try OldEntry(old.event, recordedAs: old.recorded.type))
        }
        return accounts
    }
}
