import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

struct `A repository` {
    let store = ModelStore()
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

    @Test func `Decides on what others have recorded meanwhile`() async throws {
        let other = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await other.execute(.deposit(50), on: "41")
        // What is known here is older: it is not refused by that.
        let done = try await accounts.execute(.withdraw(30), on: "41")
        #expect(done.state.balance == 20 && done.revision == 2)
        await #expect(throws: Account.Refusal.notEnough(balance: 20)) {
            try await other.execute(.withdraw(30), on: "41")
        }
    }

    @Test func `Takes no withdrawal twice, however many come at once`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(100), on: "41")
        let store = SourcedStore(store, catalog: catalog, retries: Retries(attemptsMax: 100))
        let many = try (0..<3).map { _ in try Repository(Account(), in: store) }
        let taken = await withTaskGroup(of: Int.self) { group in
            for index in 0..<30 {
                group.addTask {
                    let done = try? await many[index % 3].execute(.withdraw(10), on: "41")
                    return done == nil ? 0 : 10
                }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 100)
        #expect(try await accounts.load("41").state.balance == 0)
    }

    @Test func `Says when others are quicker each time`() async throws {
        let meddling = MeddlingStore(store) { (store, append) throws(StoreError) in
            let stream = append.entries[0].stream
            try await store.append(
                [Event(type: "money-deposited", data: #"{"amount":1}"#)], to: stream)
        }
        let retries = Retries(attemptsMax: 3)
        let others = try Repository(
            Account(), in: SourcedStore(meddling, catalog: catalog, retries: retries))
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        await #expect {
            try await others.execute(.deposit(10), on: "41")
        } throws: { error in
            guard let error = error as? SourcingError else { return false }
            return error.code == .contended && error.what.contains("3 times")
        }
        #expect(try await accounts.load("41").state.balance == 3)
    }

    @Test func `Begins anew where a stream was deleted`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        try await store.delete("account-41")
        let done = try await accounts.execute(.open(owner: "Bob"), on: "41")
        #expect(done.state == Account.State(owner: "Bob", balance: 0) && done.revision == 2)
        let other = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
        #expect(try await other.load("41").state.owner == "Bob")
    }

    @Test func `Takes nothing of a stream for what came behind its deletion`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        // Somebody else deletes it and begins anew, right behind what is known here.
        try await store.delete("account-41")
        let other = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
        try await other.execute(.open(owner: "Cy"), on: "41")
        let state = Account.State(owner: "Cy", balance: 0)
        #expect(try await accounts.load("41").state == state)
        await #expect(throws: Account.Refusal.notEnough(balance: 0)) {
            try await accounts.execute(.withdraw(50), on: "41")
        }
    }

    @Test func `Keeps what it knows of a stream that is truncated right behind it`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        try await store.setMetadata(
            StreamMetadata(truncateBefore: 2).encoded, of: "account-41")
        #expect(try await accounts.load("41").state.balance == 50)
        try await store.append(
            [Event(type: "money-deposited", data: #"{"amount":1}"#)], to: "account-41")
        #expect(try await accounts.load("41").state.balance == 51)
    }

    @Test func `Says so where events are gone that it has not seen`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        let other = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
        try await other.execute(.deposit(50), on: "41")
        try await other.execute(.deposit(1), on: "41")
        for before: Revision in [2, 3] {
            try await store.setMetadata(
                StreamMetadata(truncateBefore: before).encoded, of: "account-41")
            await #expect {
                try await accounts.load("41")
            } throws: {
                ($0 as? SourcingError)?.code == .truncated
            }
        }
    }

    @Test func `Decides nothing on what was deleted`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        try await store.delete("account-41")
        await #expect(throws: Account.Refusal.isNotOpen) {
            try await accounts.execute(.withdraw(30), on: "41")
        }
        // Also where it is deleted between the reading and the append.
        try await accounts.execute(.open(owner: "Bob"), on: "41")
        let once = Once()
        let meddling = MeddlingStore(store) { (store, append) throws(StoreError) in
            if once.isFirst { try await store.delete(append.entries[0].stream) }
        }
        let others = try Repository(Account(), in: SourcedStore(meddling, catalog: catalog))
        await #expect(throws: Account.Refusal.isNotOpen) {
            try await others.execute(.deposit(1), on: "41")
        }
    }

    @Test(arguments: [
        StreamMetadata(maxCount: 1_000),
        StreamMetadata(truncateBefore: StreamMetadata.truncatesAll),
    ])
    func `Begins anew where a stream with metadata was deleted`(metadata: StreamMetadata)
        async throws
    {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        try await store.setMetadata(metadata.encoded, of: "account-41")
        if metadata.maxCount != nil { try await store.delete("account-41") }
        let other = try Repository(Account(), in: SourcedStore(store, catalog: catalog))
        try await other.execute(.open(owner: "Cy"), on: "41")
        #expect(try await accounts.load("41").state == Account.State(owner: "Cy"))
    }

    @Test func `Decides nothing on what metadata have hidden`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        let hidden = StreamMetadata(truncateBefore: StreamMetadata.truncatesAll)
        try await store.setMetadata(hidden.encoded, of: "account-41")
        await #expect(throws: Account.Refusal.isNotOpen) {
            try await accounts.execute(.deposit(1), on: "41")
        }
        try await accounts.execute(.open(owner: "Cy"), on: "41")
        #expect(try await accounts.load("41").state == Account.State(owner: "Cy"))
    }

    @Test(arguments: [0, 100])
    func `Decides where a stream has metadata, whether states are kept or not`(keeping count: Int)
        async throws
    {
        let accounts = try Repository(
            Account(), in: SourcedStore(store, catalog: catalog),
            options: RepositoryOptions { $0.cachedStatesMax = count })
        for balance in 0..<3 {
            try await store.setMetadata(
                StreamMetadata(maxCount: 100 + UInt64(balance)).encoded, of: "account-41")
            if balance == 0 { try await accounts.execute(.open(owner: "Ada"), on: "41") }
            let done = try await accounts.execute(.deposit(1), on: "41")
            #expect(done.state.balance == balance + 1)
        }
    }

    @Test(arguments: [1, 2])
    func `Forgets what it knows of a stream that was restored as it was before`(deposits: Int)
        async throws
    {
        let restored = RestoredStore(store)
        let accounts = try Repository(
            Account(), in: SourcedStore(restored, catalog: catalog))
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        try await accounts.execute(.deposit(1), on: "41")
        let backup = ModelStore()
        let other = try Repository(Account(), in: SourcedStore(backup, catalog: catalog))
        // As long as the one that is known, or shorter.
        try await other.execute(.open(owner: "Bob"), on: "7")
        try await other.execute(.open(owner: "Ada"), on: "41")
        for _ in 0..<deposits { try await other.execute(.deposit(2), on: "41") }
        restored.restore(backup)
        #expect(try await accounts.load("41").state.balance == 2 * deposits)
        await #expect(throws: Account.Refusal.notEnough(balance: 2 * deposits)) {
            try await accounts.execute(.withdraw(50), on: "41")
        }
    }

    @Test func `Takes metadata that it has not known for nobody who was quicker`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await store.setMetadata(StreamMetadata(maxCount: 100).encoded, of: "account-41")
        let once = Retries(attemptsMax: 1)
        let others = try Repository(
            Account(), in: SourcedStore(store, catalog: catalog, retries: once))
        #expect(try await others.execute(.deposit(1), on: "41").state.balance == 1)
        let keyed = try Repository(
            Account(), in: SourcedStore(store, catalog: catalog, retries: once))
        #expect(try await keyed.execute(.deposit(1), on: "41", key: "a").state.balance == 2)
    }

    @Test func `Refuses to record what it could not read again`() async throws {
        let forgetful = try Repository(Forgetful(), in: SourcedStore(store, catalog: catalog))
        await #expect {
            try await forgetful.update("1") { _ in [.deposited(Deposited(amount: 1))] }
        } throws: {
            ($0 as? SourcingError)?.code == .invalidCatalog
        }
        #expect(try await store.head().position == 0)
    }

    @Test func `Stamps what is recorded with its cause`() async throws {
        try await accounts.execute(.open(owner: "Bob"), on: "42")
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await Cause.with(causation: "order-7", correlation: "request-1") {
            try await accounts.execute(.deposit(50), on: "41")
        }
        let events = try await store.events(.stream("account-41"))
        // Nothing caused it: it belongs to the command that opened the account.
        #expect(events[0].causation != nil && events[0].causation == events[0].correlation)
        #expect(events[1].causation == "order-7" && events[1].correlation == "request-1")
        try await Cause.with(Cause(of: events[1], metadata: ["user": "ada"])) {
            try await accounts.execute(.withdraw(1), on: "41")
        }
        let last = try await store.events(.stream("account-41"))[2]
        #expect(last.causation == "\(events[1].id)" && last.correlation == "request-1")
        #expect(String(decoding: last.metadata, as: UTF8.self) == #"{"user":"ada"}"#)
        // What is not said, the command is: it has its key for a name.
        try await Cause.with(correlation: "request-3") {
            try await accounts.execute(.deposit(1), on: "42", key: "key-1")
        }
        let keyed = try await store.events(.stream("account-42"))[1]
        #expect(keyed.causation == "key-1" && keyed.correlation == "request-3")
        let explicit = Cause(causation: "letter-3", correlation: "case-9")
        try await Cause.with(correlation: "request-2") {
            try await accounts.execute(.deposit(1), on: "41", because: explicit)
        }
        let told = try await store.events(.stream("account-41"))[3]
        #expect(told.causation == "letter-3" && told.correlation == "case-9")
        await #expect {
            try await accounts.execute(
                .deposit(1), on: "41", because: Cause(metadata: ["$version": "7"]))
        } throws: {
            ($0 as? SourcingError)?.code == .invalid
        }
    }

    @Test func `Gives events as values`() async throws {
        let sourced = SourcedStore(store, catalog: catalog)
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        var events: [AccountEvent] = []
        for try await one in try sourced.read(AccountEvent.self, Read(.category("account"))) {
            #expect(one.recorded.stream == "account-41")
            events.append(one.event)
        }
        #expect(events == [.opened(Opened(owner: "Ada"))])
    }
}

/// True when it is asked first.
final class Once: Sendable {
    private let asked = Mutex(false)
    var isFirst: Bool {
        asked.withLock { asked in
            defer { asked = true }
            return !asked
        }
    }
}

/// A fold over a set that has forgotten a member.
struct Forgetful: Fold {
    enum Event: EventSet {
        case opened(Opened)
        case deposited(Deposited)

        static var members: [EventMember<Event>] { EventMember(Event.opened) }
        var event: any DomainEvent {
            switch self {
            case .opened(let event): event
            case .deposited(let event): event
            }
        }
    }

    static let name = "forgetful"
    var initial: Int { 0 }
    func evolve(_ state: inout Int, _ event: Event) { state += 1 }
}
