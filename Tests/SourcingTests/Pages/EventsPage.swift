import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/events.md` that is not in Cards.swift.

func changedEvents() async throws {
    let engine = ModelStore()
    try await engine.append([Event(type: "card-made", data: #"{"name":"Ada"}"#)], to: "card-7")
    try await engine.append(
        [Event(type: "card-charged", data: #"{"euros":3,"fee":1}"#)], to: "card-7")

    let cards = try Repository(Card(), in: SourcedStore(engine, catalog: try cardCatalog()))
    let card = try await cards.load("7").state
    print(card.holder ?? "nobody", card.kind, card.spent, card.fees)

    try await engine.append([Event(type: "card-engraved", data: "{}")], to: "card-7")
    do {
        _ = try await cards.load("7")
    } catch let error as SourcingError {
        print(error.code, error.position ?? 0)
        print(error)
    }

    do {
        _ = try EventCatalog {
            EventEntry(CardIssued.self).neverRecorded(version: 1)
        }
    } catch {
        print(error)
    }

    let catalog = try cardCatalog()
    print(catalog.description)
    for finding in try await SourcedStore(engine, catalog: catalog).verifyCatalog() {
        print(finding)
    }

    try await engine.append([Event(type: "card-made", data: #"{"name":"Bob"}"#)], to: "card-8")
    let packing = try EventCatalog(format: .cbor) { catalog }
    let packed = try Repository(Card(), in: SourcedStore(engine, catalog: packing))
    try await packed.update("8") { _ in [.charged(CardCharged(cents: 250))] }
    for try await event in engine.read(.stream("card-8")) {
        print(event.type, event.contentType, event.data.count)
    }
    print(try await cards.load("8").state.spent)
}
