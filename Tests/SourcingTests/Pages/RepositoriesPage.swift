import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/repositories.md`.

struct Till: Aggregate {
    static let name = "till"
    struct Empty: Error, Codable, Equatable {
        var lacks: Int
    }

    var balance = 0
    var changes = Changes<AccountEvent>()

    mutating func pay(_ amount: Int) throws(Empty) {
        if balance < amount { throw Empty(lacks: amount - balance) }
        record(.withdrawn(Withdrawn(amount: amount)))
    }

    mutating func take(_ amount: Int) {
        record(.deposited(Deposited(amount: amount)))
    }

    mutating func apply(_ event: AccountEvent) {
        switch event {
        case .opened: break
        case .deposited(let deposited): balance += deposited.amount
        case .withdrawn(let withdrawn): balance -= withdrawn.amount
        }
    }
}

func repositories() async throws {
    let engine = ModelStore()
    let catalog = try EventCatalog {
        Opened.self
        Deposited.self
        Withdrawn.self
    }
    let store = SourcedStore(engine, catalog: catalog)
    let tills = try Repository(Till.self, in: store)
    try await tills.change("1") { till in
        till.take(50)
        try till.pay(20)
    }
    print(try await tills.load("1").state.balance)

    let accounts = try Repository(Account(), in: store)
    try await accounts.execute(.open(owner: "Ada"), on: "41")
    let first = try await accounts.execute(.deposit(50), on: "41", key: "request-77")
    let again = try await accounts.execute(.deposit(50), on: "41", key: "request-77")
    print(first.isRepeated, again.isRepeated, again.state.balance)

    do {
        try await accounts.execute(.deposit(60), on: "41", key: "request-77")
    } catch {
        print(error)
    }

    let paid = try await tills.change("1", key: "request-78", refusals: Till.Empty.self) { till in
        try till.pay(20)
    }
    print(paid.state.balance)

    let sweep = Task {
        try await OutcomeSweep(accounts.outcomes, tills.outcomes, every: .seconds(3_600)).run()
    }
    sweep.cancel()
    try await sweep.value

    try await Cause.with(causation: "order-7", correlation: "request-77") {
        try await accounts.execute(.withdraw(30), on: "41")
    }

    let ledger = try Repository(Account(), in: store, snapshots: .every(100))
    try await ledger.execute(.deposit(5), on: "41")

    var retries = Retries(attemptsMax: 20)
    retries.pauseMax = .milliseconds(500)
    let patient = SourcedStore(engine, catalog: catalog, retries: retries)
    try await Repository(Account(), in: patient).execute(.deposit(5), on: "41")

    let watched = SourcedStore(engine, catalog: catalog) { signal in
        if case .retried(let place, let attempt) = signal {
            print("attempt \(attempt) at \(place)")
        }
    }
    try await Repository(Account(), in: watched).execute(.deposit(5), on: "41")
}
