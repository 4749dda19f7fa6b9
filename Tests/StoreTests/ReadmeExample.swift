import Daybook
import DaybookStore

func openAccount(in folder: String) async throws {
    let store = try await EmbeddedStore.open(at: folder)
    let opened = Event(type: "account-opened", data: #"{"owner":"Ada"}"#)
    let paidIn = Event(type: "money-paid-in", data: #"{"amount":250}"#, tags: ["customer:ada"])
    try await store.append([opened, paidIn], to: "account-17", expecting: .none)
    for try await event in store.read(.stream("account-17")) {
        print(event.revision, event.type, event.text)
    }
    try await store.close()
}
