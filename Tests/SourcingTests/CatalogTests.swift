import Daybook
import DaybookPlatform
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `A catalog reads what was recorded` {
    let store = ModelStore()

    /// Records an event as a program of some time did.
    private func record(
        _ type: String, _ data: String, metadata: String = "",
        contentType: String = "application/json", in stream: String = "card-1"
    ) async throws {
        let event = Event(
            type: type, data: Array(data.utf8), contentType: contentType,
            metadata: Array(metadata.utf8))
        try await store.append(Append([event], to: stream))
    }

    private func load(
        _ catalog: EventCatalog? = nil, unknown: EventCatalog.Unknown = .fail, _ id: String = "1"
    ) async throws -> Card.State {
        let catalog = try catalog ?? cardCatalog(unknown: unknown)
        let cards = try Repository(Card(), in: SourcedStore(store, catalog: catalog))
        return try await cards.load(id).state
    }

    private func error(unknown: EventCatalog.Unknown = .fail) async -> SourcingError? {
        await #expect(throws: SourcingError.self) { try await load(unknown: unknown) }
    }

    @Test func `In each version`() async throws {
        try await record("card-issued", #"{"name":"Ada"}"#)
        #expect(try await load() == Card.State(holder: "Ada", kind: "debit"))
        try await record(
            "card-issued", #"{"holder":"Bob","kind":"credit"}"#, metadata: #"{"$version":2}"#)
        #expect(try await load() == Card.State(holder: "Bob", kind: "credit"))
        try await record(
            "card-issued", #"{"holder":"Cy","kind":"gold","limit":5}"#,
            metadata: #"{"$version":3}"#)
        #expect(try await load() == Card.State(holder: "Cy", kind: "gold", limit: 5))
    }

    @Test func `Under each name`() async throws {
        try await record("card-made", #"{"name":"Ada"}"#)
        try await record("statement-printed", "not JSON")
        try await record("card-statement-printed", "{}", metadata: #"{"$version":7}"#)
        #expect(try await load() == Card.State(holder: "Ada", kind: "debit"))
    }

    @Test func `As several events where it became several`() async throws {
        try await record("card-charged", #"{"euros":3,"fee":1}"#)
        try await record("card-charged", #"{"euros":4}"#)
        try await record("card-charged", #"{"cents":50}"#, metadata: #"{"$version":2}"#)
        #expect(try await load() == Card.State(spent: 750, fees: 100))
        try await record("card-replaced", #"{"holder":"Ada","kind":"debit","limit":9}"#)
        #expect(
            try await load()
                == Card.State(holder: "Ada", kind: "debit", limit: 9, spent: 750, fees: 100))
    }

    @Test func `For a query too, that asks for what it became`() async throws {
        try await record("card-charged", #"{"euros":3,"fee":1}"#)
        try await record("card-fee-charged", #"{"cents":7}"#)
        try await record("card-replaced", #"{"holder":"Ada","kind":"debit","limit":9}"#)
        try await record("card-made", #"{"name":"Ada"}"#)
        let sourced = SourcedStore(store, catalog: try cardCatalog())
        let (fees, blocked) = try await Boundary(Fees(), Blocked()).load(in: sourced).states
        #expect(fees == 107)
        #expect(blocked == 1)
        // In its present version it becomes nothing else.
        try await record("card-charged", #"{"cents":50}"#, metadata: #"{"$version":2}"#)
        #expect(try await Boundary(Fees(), Blocked()).load(in: sourced).states == (107, 1))
        // A later version may have become one of these: it is not passed over.
        try await record("card-replaced", "{}", metadata: #"{"$version":2}"#)
        #expect(try await Boundary(Fees()).load(in: sourced).states == 107)
        let error = await #expect(throws: SourcingError.self) {
            try await Boundary(Fees(), Blocked()).load(in: sourced)
        }
        #expect(error?.place == "part 'blocked', stream 'card-1', revision 5, position 6")
    }

    @Test func `For a query by their former names as well`() async throws {
        try await record("card-made", #"{"name":"Ada"}"#)
        try await record("card-issued", #"{"name":"Bob"}"#)
        let sourced = SourcedStore(store, catalog: try cardCatalog())
        #expect(try await Boundary(Holders()).load(in: sourced).states == ["Ada", "Bob"])
    }

    @Test func `For who follows, batch by batch`() async throws {
        try await record("card-made", #"{"name":"Ada"}"#)
        try await record("statement-printed", "not JSON")
        try await record("card-charged", #"{"euros":3,"fee":1}"#)
        try await record("card-blocked", "{}")
        let sourced = SourcedStore(store, catalog: try cardCatalog())
        let subscription = try await store.subscribe(Subscription(.all, from: .beginning))
        var batch: EventBatch?
        while batch == nil, let signal = try await subscription.next() {
            if case .events(let events) = signal { batch = events }
        }
        let events = try sourced.events(CardEvent.self, in: #require(batch))
        #expect(
            events.map(\.event) == [
                .issued(CardIssued(holder: "Ada", kind: "debit", limit: 0)),
                .charged(CardCharged(cents: 300)), .feeCharged(FeeCharged(cents: 100)),
                .blocked(CardBlocked()),
            ])
        #expect(events.map(\.recorded.position) == [1, 3, 3, 4])
        // Of the several events that one became, and of those of other sets, only what was asked for.
        let fees = try sourced.events(Fees.Event.self, in: #require(batch))
        #expect(fees.map(\.recorded.position) == [3])
        try await record("card-engraved", "{}")
        let last = try #require(
            try await store.cursor(Read(.all, from: .position(4))).next())
        let error = #expect(throws: SourcingError.self) {
            try sourced.events(CardEvent.self, in: last)
        }
        #expect(error?.code == .unknownEvent && error?.position == 5)
    }

    @Test func `For one part of a boundary as if the other were not there`() async throws {
        try await record("card-blocked", "{}")
        try await record("card-fee-charged", #"{"cents":7}"#, metadata: #"{"$version":2}"#)
        let sourced = SourcedStore(store, catalog: try cardCatalog(unknown: .raw))
        #expect(try await Boundary(Strangers()).load(in: sourced).states == 1)
        #expect(try await Boundary(Fees(), Strangers()).load(in: sourced).states == (0, 1))
    }

    @Test(arguments: [
        (#"{"$version":2}"#, 2), (#"{"$version":2,"teller":"7"}"#, 2),
        (#"{"teller":"7","$version":2}"#, 2), (#"{ "$version" : 2 }"#, 2),
        (#"{"nested":{"$version":9},"$version":2}"#, 2), (#"{"nested":{"$version":2}}"#, 1),
        (#"{"\u0024version":2}"#, 2), (#"{}"#, 1), (#"{"teller":"$version"}"#, 1), ("", 1),
        ("not JSON", 1), (#"["$version",2]"#, 1),
    ])
    func `By the version in its metadata, wherever it stands`(
        metadata: String, version: Int
    ) async throws {
        try await record(
            "card-issued", #"{"name":"of version 1","holder":"of version 2","kind":"debit"}"#,
            metadata: metadata)
        #expect(try await load().holder == "of version \(version)")
    }

    @Test func `Not where a type is unknown, unless it is said what becomes of it`() async throws {
        try await record("card-made", #"{"name":"Ada"}"#)
        try await record("card-engraved", "{}")
        let error = await error()
        #expect(error?.code == .unknownEvent)
        #expect(error?.position == 2)
        #expect(
            error?.description
                == "An event of type 'card-engraved' cannot be read: the catalog has no line for it (stream "
                + "'card-1', revision 1, position 2). Add it to the catalog: as an event, an older version, a "
                + "former name, or with IgnoredEvent; or say with 'unknown:' what becomes of events that are not "
                + "in it.")
        #expect(try await load(unknown: .skip) == Card.State(holder: "Ada", kind: "debit"))
        #expect(try await load(unknown: .raw).others == ["card-engraved"])
    }

    @Test func `Not where a later program has recorded it, or nobody`() async throws {
        try await record("card-charged", "{}", metadata: #"{"$version":3}"#)
        let later = await error()
        #expect(later?.code == .unknownEvent)
        #expect(
            later?.description.hasPrefix(
                "An event of type 'card-charged, version 3' cannot be read: the catalog knows its versions up "
                    + "to 2: a later program has recorded it") == true)
        #expect(try await load(unknown: .skip) == Card.State())
        #expect(try await load(unknown: .raw).others == ["card-charged"])
        try await record("card-issued", #"{"name":"Ada"}"#, in: "card-2")
        let strict = try EventCatalog {
            EventEntry(CardIssued.self).neverRecorded(version: 1).neverRecorded(version: 2)
            EventEntry(CardCharged.self).neverRecorded(version: 1)
            FeeCharged.self
            CardBlocked.self
        }
        let never = await #expect(throws: SourcingError.self) { try await load(strict, "2") }
        #expect(never?.why == "its entry says that version 1 was never recorded")
    }

    @Test func `Not where it is another's`() async throws {
        let cards = try cardCatalog()
        let catalog = try EventCatalog {
            cards
            Deposited.self
        }
        try await record("money-deposited", #"{"amount":1}"#)
        let error = await #expect(throws: SourcingError.self) { try await load(catalog) }
        #expect(error?.why == "it is in the catalog, and no case of CardEvent")
    }

    @Test func `Not where its data are not what its type says`() async throws {
        try await record("card-fee-charged", #"{"cents":1}"#)
        try await record("card-fee-charged", #"{"amount":1}"#)
        let missing = await error()
        #expect(missing?.code == .unreadable)
        #expect(missing?.position == 2)
        #expect(
            missing?.description
                == "An event of type 'card-fee-charged' cannot be read: field 'cents' is missing (stream 'card-1', "
                + "revision 1, position 2). Where the fields have changed, count the version of the type up and "
                + "read the old one with 'upcast(from:)' in the catalog.")
    }

    @Test(arguments: [
        (#"{"cents":"one"}"#, "at 'cents'"), (#"{"cents":null}"#, "at 'cents'"), ("[1", ""),
        ("", ""),
    ])
    func `Not where it is not even what it claims to be`(
        data: String, place: String
    ) async throws {
        try await record("card-fee-charged", data)
        let error = await error(unknown: .skip)
        #expect(error?.code == .unreadable)
        #expect(error?.position == 1)
        #expect(error?.why.contains(place) == true)
    }

    @Test func `Not where its old data are not what its old type says`() async throws {
        try await record("card-issued", #"{"holder":"Ada","kind":"debit","limit":1}"#)
        let error = await error()
        #expect(error?.code == .unreadable)
        #expect(error?.why == "field 'name' is missing")
    }

    @Test func `Not where it became what its line does not name`() async throws {
        let catalog = try EventCatalog {
            EventEntry(CardIssued.self).neverRecorded(version: 1).neverRecorded(version: 2)
            EventEntry(CardCharged.self).split(from: 1) { (old: CardChargedV1) in
                [FeeCharged(cents: old.euros)]
            }
            FeeCharged.self
            CardBlocked.self
        }
        try await record("card-charged", #"{"euros":1}"#)
        let error = await #expect(throws: SourcingError.self) { try await load(catalog) }
        #expect(error?.code == .unreadable)
        #expect(error?.why == "it became FeeCharged, which 'into' does not name")
    }

    @Test func `Not where its content is of no form that is read`() async throws {
        try await record("card-fee-charged", "cents=1", contentType: "text/plain")
        let error = await error()
        #expect(error?.code == .unreadable)
        #expect(
            error?.why == "its content is 'text/plain', and events are read as JSON or CBOR")
    }

    @Test func `And writes the present version, or nothing`() async throws {
        let sourced = SourcedStore(store, catalog: try cardCatalog())
        try await Boundary(Fees()).decide(in: sourced) { _ in
            [
                CardIssued(holder: "Ada", kind: "debit", limit: 1).in("card-1"),
                CardBlocked().in("card-1"),
            ]
        }
        let metadata = try await store.events(.stream("card-1")).map {
            String(decoding: $0.metadata, as: UTF8.self)
        }
        #expect(metadata == [#"{"$version":3}"#, ""])
        let missing = await #expect(throws: SourcingError.self) {
            try await Boundary(Fees()).decide(in: sourced) { _ in
                [CardBlocked().in("card-1"), Deposited(amount: 1).in("card-1")]
            }
        }
        #expect(missing?.code == .invalidCatalog)
        #expect(missing?.why == "Deposited is to be recorded")
        let rates = SourcedStore(
            store,
            catalog: try EventCatalog {
                RateChanged.self
                FeeCharged.self
            })
        let unwritable = await #expect(throws: SourcingError.self) {
            try await Boundary(Fees()).decide(in: rates) { _ in
                [RateChanged(rate: .nan).in("rate-1")]
            }
        }
        #expect(unwritable?.code == .unwritable)
        #expect(unwritable?.what == "An event of type 'rate-changed' cannot be written")
        #expect(unwritable?.why.contains("at 'rate'") == true)
        #expect(try await store.head().position == 2)
    }

    /// What has happened, in as many ways as programs of different times have recorded it.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `To the same state, whichever versions a history was recorded in`(
        seed: UInt64
    ) async throws {
        let chance = SeededRandomness(seed: seed)
        let history = (0..<40).map { _ in Happening(chance) }
        for happening in history {
            for event in happening.present { try await append(event, to: "card-1") }
            for event in happening.recorded(chance) { try await append(event, to: "card-2") }
        }
        let present = try await load("1")
        #expect(try await load("2") == present, "seed \(seed)")
        #expect(present.holder != nil)
    }

    private func append(_ event: Happening.Recorded, to stream: String) async throws {
        let metadata = event.version > 1 ? "{\"$version\":\(event.version)}" : ""
        try await record(event.type, event.data, metadata: metadata, in: stream)
    }

    private func load(_ id: String) async throws -> Card.State { try await load(nil, id) }
}

/// How often cards were blocked, or something happened to that which nobody knows.
private struct Strangers: QueriedFold {
    enum Event: EventSet {
        case blocked(CardBlocked)

        static var members: [EventMember<Event>] { EventMember(Event.blocked) }
        var event: any DomainEvent {
            switch self {
            case .blocked(let event): event
            }
        }
        static func unknown(_ event: RecordedEvent) -> Event? { .blocked(CardBlocked()) }
    }

    static let name = "strangers"
    var tags: Set<String> { [] }
    var initial: Int { 0 }
    func evolve(_ count: inout Int, _ event: Event) { count += 1 }
}

private struct RateChanged: DomainEvent {
    static let eventType: EventType = "rate-changed"
    var rate: Double
}

/// Something that happens to a card.
private enum Happening {
    case issued(holder: String, kind: String, limit: Int)
    case charged(cents: Int, fee: Int?)
    case replaced(holder: String, kind: String, limit: Int)
    case blocked

    struct Recorded {
        let type: String
        let version: Int
        let data: String
    }

    init(_ chance: SeededRandomness) {
        let holder = ["Ada", "Bob", "Cy"][chance.next(below: 3)]
        let kind = ["debit", "debit", "credit"][chance.next(below: 3)]
        let limit = chance.next(below: 2) * 500
        switch chance.next(below: 4) {
        case 0: self = .issued(holder: holder, kind: kind, limit: limit)
        case 1:
            let unit = chance.next(below: 2) == 0 ? 100 : 1
            self = .charged(
                cents: unit * chance.next(below: 90),
                fee: chance.next(below: 2) == 0 ? nil : 100 * chance.next(below: 5))
        case 2: self = .replaced(holder: holder, kind: kind, limit: limit)
        default: self = .blocked
        }
    }

    private static func issued(_ holder: String, _ kind: String, _ limit: Int) -> Recorded {
        Recorded(
            type: "card-issued", version: 3,
            data: #"{"holder":"\#(holder)","kind":"\#(kind)","limit":\#(limit)}"#)
    }

    private static let blocking = Recorded(type: "card-blocked", version: 1, data: "{}")

    /// As it is recorded now.
    var present: [Recorded] {
        switch self {
        case .issued(let holder, let kind, let limit): return [Self.issued(holder, kind, limit)]
        case .replaced(let holder, let kind, let limit):
            return [Self.blocking, Self.issued(holder, kind, limit)]
        case .blocked: return [Self.blocking]
        case .charged(let cents, let fee):
            let charged = Recorded(
                type: "card-charged", version: 2, data: #"{"cents":\#(cents)}"#)
            guard let fee else { return [charged] }
            return [
                charged,
                Recorded(type: "card-fee-charged", version: 1, data: #"{"cents":\#(fee)}"#),
            ]
        }
    }

    /// As one of the programs recorded it that could say so.
    func recorded(_ chance: SeededRandomness) -> [Recorded] {
        let name = ["card-made", "card-issued"][chance.next(below: 2)]
        var ways: [[Recorded]] = [present]
        switch self {
        case .issued(let holder, let kind, let limit):
            if limit == 0 {
                ways.append([
                    Recorded(
                        type: name, version: 2, data: #"{"holder":"\#(holder)","kind":"\#(kind)"}"#)
                ])
                if kind == "debit" {
                    ways.append([
                        Recorded(type: name, version: 1, data: #"{"name":"\#(holder)"}"#)
                    ])
                }
            }
        case .charged(let cents, let fee):
            if cents % 100 == 0 {
                let paid = fee.map { ",\"fee\":\($0 / 100)" } ?? ""
                ways.append([
                    Recorded(
                        type: "card-charged", version: 1,
                        data: "{\"euros\":\(cents / 100)\(paid)}")
                ])
            }
        case .replaced(let holder, let kind, let limit):
            let data = Self.issued(holder, kind, limit).data
            ways.append([Recorded(type: "card-replaced", version: 1, data: data)])
        case .blocked: break
        }
        let noise = Recorded(type: "card-statement-printed", version: 1, data: "{}")
        return (chance.next(below: 3) == 0 ? [noise] : []) + ways[chance.next(below: ways.count)]
    }
}
