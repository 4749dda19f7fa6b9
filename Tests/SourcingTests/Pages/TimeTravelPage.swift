import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/time-travel.md`.

func timeTravel() async throws {
    let store = try SourcedStore(
        ModelStore(),
        catalog: EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        })
    let accounts = try Repository(Account(), in: store)
    try await accounts.execute(.open(owner: "Ada"), on: "41")
    try await accounts.execute(.deposit(50), on: "41")
    try await accounts.execute(.withdraw(30), on: "41")

    let newYear = Timestamp("2020-01-01T00:00:00Z")!
    print(try await accounts.load("41", at: .revision(1)).state.balance)
    print(try await accounts.load("41", at: .position(1)).state.balance)
    print(try await accounts.load("41", at: .time(newYear)).state.owner ?? "nobody")
    print(try await accounts.load("41", at: .now).state.balance)

    for try await change in accounts.history("41") {
        print(change.recorded.type, change.before.balance, "→", change.after.balance)
    }

    let difference = try await accounts.difference("41", from: .revision(0), to: .now)
    print(difference)

    let blame = try await accounts.blame("41")
    print(blame)
    print(blame["/balance"]?.event?.revision ?? 0)
}
