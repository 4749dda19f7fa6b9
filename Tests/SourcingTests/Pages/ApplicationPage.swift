import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

// The code of `Documentation/sourcing/in-an-application.md`.

struct Bank: Sendable {
    let accounts: Repository<Account>

    init(in engine: any EventStore) throws(SourcingError) {
        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        accounts = try Repository(Account(), in: SourcedStore(engine, catalog: catalog))
    }
}

/// Cents: in an event it is a number.
struct Euros: RawRepresentable, Codable, Hashable, Sendable {
    var rawValue: Int
}

struct Paid: DomainEvent, Equatable {
    static let eventType: EventType = "invoice-paid"
    var invoice: String
    var amount: Euros
    var on: Timestamp
    var occurredAt: Timestamp? { on }
}

struct Answer: Equatable {
    var status: Int
    var body: String
}

extension Bank {
    /// `key` is the header Idempotency-Key, which a client draws for each request.
    func withdraw(_ amount: Int, from account: String, key: String) async -> Answer {
        do {
            let done = try await accounts.execute(.withdraw(amount), on: account, key: key)
            return Answer(status: 200, body: #"{"balance":\#(done.state.balance)}"#)
        } catch let refusal as Account.Refusal {
            return Answer(status: 409, body: #"{"refused":"\#(refusal)"}"#)
        } catch {
            return Answer(status: Self.status(of: error), body: "{}")
        }
    }

    /// What a client can do about it; what went wrong is for the log.
    static func status(of error: any Error) -> Int {
        switch error {
        case let error as SourcingError where error.code == .contended: 503
        case let error as SourcingError where error.code == .keyReused: 422
        case let error as StoreError
        where [.busy, .diskFull, .outcomeUnknown, .closed].contains(error.code): 503
        default: 500
        }
    }
}

func inAnApplication() async throws {
    let bank = try Bank(in: ModelStore())
    try await bank.accounts.execute(.open(owner: "customer-7"), on: "41")
    try await bank.accounts.execute(.deposit(50), on: "41")
    for (amount, key) in [
        (30, "request-1"), (30, "request-1"), (80, "request-2"), (20, "request-2"),
    ] {
        let answer = await bank.withdraw(amount, from: "41", key: key)
        print(answer.status, answer.body)
    }
}

private struct Invoice: Fold {
    enum Event: EventSet {
        case paid(Paid)
        static var members: [EventMember<Event>] { EventMember(Event.paid) }
        var event: any DomainEvent {
            switch self {
            case .paid(let event): event
            }
        }
    }

    static let name = "invoice"
    var initial: Bool { false }
    func evolve(_ isPaid: inout Bool, _ event: Event) { isPaid = true }
}

struct `A payment` {
    @Test func `Holds money as a number, and when it was paid`() async throws {
        let engine = ModelStore()
        let store = SourcedStore(engine, catalog: try EventCatalog { Paid.self })
        let paid = Paid(
            invoice: "7", amount: Euros(rawValue: 1_250), on: Timestamp("2026-11-01T00:00:00Z")!)
        try await Repository(Invoice(), in: store).update("7") { _ in [.paid(paid)] }
        let event = try await engine.events(.stream("invoice-7"))[0]
        #expect(
            event.text == #"{"invoice":"7","amount":1250,"on":"2026-11-01T00:00:00Z"}"#)
        #expect(event.occurredAt == paid.on)
    }

    @Test func `Tells a client what it can do`() {
        func status(_ code: StoreError.Code) -> Int {
            Bank.status(of: StoreError(code, "a", why: "b", remedy: "c"))
        }
        #expect(status(.busy) == 503)
        #expect(status(.outcomeUnknown) == 503)
        #expect(status(.corrupt) == 500)
        #expect(Bank.status(of: CancellationError()) == 500)
    }
}
