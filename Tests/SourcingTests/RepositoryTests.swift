import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `A repository` {
    let store: any EventStore = ModelStore()
    let catalog: EventCatalog
    let accounts: Repository<Account>

    init() throws {
        catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        accounts = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
    }

    @Test func `Decides on what has happened and records what follows`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let done = try await accounts.execute(.deposit(50), on: "41")
        #expect(done.state == Account.State(owner: "Ada", balance: 50))
        #expect(done.revision == 1)
        #expect(done.events == [.deposited(Deposited(amount: 50))])
        let types = try await store.events(.stream("account-41")).map(\.type)
        #expect(types == ["account-opened", "money-deposited"])
    }

    @Test func `Throws a refusal as it is, and records nothing`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        await #expect(throws: Account.Refusal.notEnough(balance: 0)) {
            try await accounts.execute(.withdraw(1), on: "41")
        }
        #expect(try await store.head().position == 1)
    }
}
