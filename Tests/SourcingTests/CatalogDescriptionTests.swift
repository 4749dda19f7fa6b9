import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `A catalog written down` {
    let store = ModelStore()

    private func record(
        _ type: String, version: Int? = nil, _ contentType: String = "application/json"
    ) async throws {
        let metadata = version.map { #"{"$version":\#($0)}"# } ?? ""
        let event = Event(
            type: type, data: Array("{}".utf8), contentType: contentType,
            metadata: Array(metadata.utf8))
        try await store.append(Append([event], to: "card-1"))
    }

    @Test func `Is a table`() throws {
        #expect(
            try cardCatalog().description.description == """
                type                    version  reads  once               becomes
                card-issued             3        1-3    card-made
                card-charged            2        1-2                       card-fee-charged
                card-fee-charged        1        1
                card-blocked            1        1
                card-replaced           1        1                         card-blocked, card-issued
                card-statement-printed           all    statement-printed  nothing
                written as JSON; what is not here is an error
                """)
        let other = try EventCatalog(format: .cbor, unknown: .skip) {
            EventEntry(CardIssued.self).neverRecorded(version: 1).neverRecorded(version: 2)
        }
        #expect(
            "\(other.description)" == """
                type         version  reads  once  becomes
                card-issued  3        3
                written as CBOR; what is not here is passed over
                """)
    }

    @Test func `Is the same when it was JSON`() throws {
        let description = try cardCatalog(unknown: .raw).description
        let json = try description.json
        #expect(json.hasPrefix("{\n  \"format\": \"json\",\n  \"unknown\": \"raw\","))
        #expect(try CatalogDescription(json: Array(json.utf8)) == description)
        #expect(description.lines.map(\.versions) == [[1, 2, 3], [1, 2], [1], [1], [1], []])
    }

    @Test(arguments: ["", "[]", "{}", #"{"format":"json","unknown":"maybe","lines":[]}"#])
    func `Is told from what is none`(text: String) {
        let error = #expect(throws: SourcingError.self) {
            try CatalogDescription(json: Array(text.utf8))
        }
        #expect(error?.code == .invalidCatalog)
    }

    @Test func `What a store holds is counted by type, version and content`() async throws {
        for version in [nil, 2, 1, 2] { try await record("card-charged", version: version) }
        try await record("card-charged", version: 2, "application/cbor")
        try await store.setMetadata(StreamMetadata(maxCount: 100), of: "card-1")
        try await record("card-blocked")
        var last: [Position] = []
        let types = try await store.recordedTypes {
            last.append($0)
            last.append($1)
        }
        #expect(
            types == [
                type("card-blocked", 1, 1, 7, 7), type("card-charged", 1, 2, 1, 3),
                type("card-charged", 2, 1, 5, 5, "application/cbor"),
                type("card-charged", 2, 2, 2, 4),
            ])
        #expect(last.last == 7)
    }

    private func type(
        _ name: String, _ version: Int, _ count: Int, _ first: Position, _ last: Position,
        _ contentType: String = "application/json"
    ) -> RecordedType {
        RecordedType(
            name: name, version: version, contentType: contentType, count: count,
            firstPosition: first, lastPosition: last)
    }

    /// What is found by looking at types alone is what reading the events would say.
    @Test(arguments: [
        ("card-engraved", 1, "application/json"), ("card-issued", 4, "application/json"),
        ("card-renewed", 1, "application/json"), ("card-issued", 3, "text/plain"),
    ])
    func `Finds what reading would find, in the same words`(
        name: String, version: Int, contentType: String
    ) async throws {
        let cards = try cardCatalog()
        let catalog = try EventCatalog {
            cards
            EventEntry(CardRenewed.self).neverRecorded(version: 1)
        }
        try await record(name, version: version, contentType)
        let sourced = SourcedStore(store, catalog: catalog)
        let findings = try await sourced.verifyCatalog()
        let repository = try Repository(Card(), in: sourced)
        let error = await #expect(throws: SourcingError.self) { try await repository.load("1") }
        #expect(findings.map(\.why) == [error?.why])
        #expect(findings.map(\.isAllowed) == [false])
    }

    @Test func `Finds nothing in what is read, ignored or known by a former name`() async throws {
        for (name, version) in [
            ("card-issued", 1), ("card-issued", 3), ("card-made", 2), ("card-charged", 1),
            ("card-replaced", 1), ("card-statement-printed", 9), ("statement-printed", 1),
        ] { try await record(name, version: version) }
        try await record("card-statement-printed", "text/plain")
        try await record("card-blocked", "application/cbor")
        let sourced = SourcedStore(store, catalog: try cardCatalog())
        #expect(try await sourced.verifyCatalog() == [])
    }

    @Test func `What its rule for unknown events allows is told as that`() async throws {
        try await record("card-engraved")
        try await record("card-engraved")
        let findings = try await SourcedStore(store, catalog: cardCatalog(unknown: .skip))
            .verifyCatalog()
        #expect(findings.map(\.isAllowed) == [true])
        #expect(
            findings.map(\.description) == [
                "card-engraved: the catalog has no line for it (2 events, positions 1 to 2)"
            ])
    }
}

/// A second version, of which the first was never recorded.
private struct CardRenewed: DomainEvent {
    static let eventType = EventType("card-renewed", version: 2)
}
