import Daybook
import DaybookClient
import DaybookStore
import Foundation

// The code of Documentation/from-swift.md, block by block.

func openAccount(in store: any EventStore) async throws {
    let opened = Event(type: "opened", data: #"{"owner":"Ada"}"#)
    let deposited = Event(type: "deposited", data: #"{"amount":50}"#, tags: ["customer:ada"])
    try await store.append([opened, deposited], to: "account-41", expecting: .none)
    for try await event in store.read(.stream("account-41")) {
        print(event.revision, event.type, event.text)
    }
}

struct Moved: Codable { var amount: Int }

/// What a stream of events has led to.
struct Account {
    var balance = 0
    var revision: Revision?

    mutating func apply(_ event: RecordedEvent) throws {
        revision = event.revision
        guard event.type == "deposited" || event.type == "withdrawn" else { return }
        let moved = try JSONDecoder().decode(Moved.self, from: Data(event.data))
        balance += event.type == "deposited" ? moved.amount : -moved.amount
    }
}

func withdraw(
    _ amount: Int, from name: String, in store: any EventStore
) async throws -> String {
    while true {
        var account = Account()
        for try await event in store.read(.stream(name)) { try account.apply(event) }
        guard let revision = account.revision, account.balance >= amount else {
            return "refused: there are \(account.balance)"
        }
        let withdrawn = Event(type: "withdrawn", data: #"{"amount":\#(amount)}"#)
        do {
            try await store.append([withdrawn], to: name, expecting: .revision(revision))
            return "paid out: \(amount)"
        } catch {
            guard error.code == .wrongRevision else { throw error }
            // Somebody was quicker: look again.
        }
    }
}

func follow(_ store: any EventStore, behind handled: Position) async throws {
    let subscription = try await store.subscribe(
        Subscription(.category("account"), from: .after(handled)))
    while let signal = try await subscription.next() {
        switch signal {
        case .events(let batch):
            for event in batch.events { print(event.position, event.stream, event.type) }
        case .progress: break
        case .caughtUp: return
        }
    }
}

func embedded(in folder: String) async throws {
    let store = try await EmbeddedStore.open(at: folder)
    try await openAccount(in: store)
    print(try await withdraw(30, from: "account-41", in: store))
    print(try await withdraw(30, from: "account-41", in: store))
    try await follow(store, behind: 1)
    try await store.close()
}

func served(at address: String) async throws {
    let store = try await RemoteStore.connect(to: ServerAddress(address))
    try await openAccount(in: store)
    print(try await withdraw(30, from: "account-41", in: store))
    print(try await withdraw(30, from: "account-41", in: store))
    try await follow(store, behind: 1)
    try await store.close()
}
