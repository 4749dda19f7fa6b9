import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/README.md` that is not in Bank.swift.

func first() async throws {
    let engine = ModelStore()
    let catalog = try EventCatalog {
        Opened.self
        Deposited.self
        Withdrawn.self
    }
    let store = SourcedStore(engine, catalog: catalog)
    let accounts = try Repository(Account(), in: store)
    try await accounts.execute(.open(owner: "Ada"), on: "41")
    let done = try await accounts.execute(.deposit(50), on: "41")
    print(done.state.balance, done.revision ?? 0)
    do {
        try await accounts.execute(.withdraw(80), on: "41")
    } catch let refusal as Account.Refusal {
        print("refused: \(refusal)")
    }
}
