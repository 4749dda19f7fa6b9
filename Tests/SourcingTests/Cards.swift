import Daybook
import DaybookSourcing

struct CardIssued: DomainEvent, Equatable {
    static let eventType = EventType("card-issued", version: 3)
    var holder: String
    var kind: String
    var limit: Int
}

struct CardIssuedV1: Codable {
    var name: String
}

struct CardIssuedV2: Codable {
    var holder: String
    var kind: String
}

struct CardCharged: DomainEvent, Equatable {
    static let eventType = EventType("card-charged", version: 2)
    var cents: Int
}

struct CardChargedV1: Codable {
    var euros: Int
    var fee: Int?
}

struct FeeCharged: DomainEvent, Equatable {
    static let eventType: EventType = "card-fee-charged"
    var cents: Int
}

struct CardBlocked: DomainEvent, Equatable {
    static let eventType: EventType = "card-blocked"
}

struct CardReplaced: Codable {
    var holder: String
    var kind: String
    var limit: Int
}

func cardCatalog(
    unknown: EventCatalog.Unknown = .fail, format: EventFormat = .json
) throws -> EventCatalog {
    try EventCatalog(format: format, unknown: unknown) {
        EventEntry(CardIssued.self)
            .renamed(from: "card-made")
            .upcast(from: 1) { (old: CardIssuedV1) in
                CardIssued(holder: old.name, kind: "debit", limit: 0)
            }
            .upcast(from: 2) { (old: CardIssuedV2) in
                CardIssued(holder: old.holder, kind: old.kind, limit: 0)
            }
        EventEntry(CardCharged.self)
            .split(from: 1, into: FeeCharged.self) { (old: CardChargedV1) in
                let charged = CardCharged(cents: 100 * old.euros)
                guard let fee = old.fee else { return [charged] }
                return [charged, FeeCharged(cents: 100 * fee)]
            }
        FeeCharged.self
        CardBlocked.self
        SplitEvent("card-replaced", into: CardBlocked.self, CardIssued.self) {
            (old: CardReplaced) in
            [CardBlocked(), CardIssued(holder: old.holder, kind: old.kind, limit: old.limit)]
        }
        IgnoredEvent("card-statement-printed", formerNames: "statement-printed")
    }
}

enum CardEvent: EventSet, Equatable {
    case issued(CardIssued)
    case charged(CardCharged)
    case feeCharged(FeeCharged)
    case blocked(CardBlocked)
    case other(String)

    static var members: [EventMember<CardEvent>] {
        EventMember(CardEvent.issued)
        EventMember(CardEvent.charged)
        EventMember(CardEvent.feeCharged)
        EventMember(CardEvent.blocked)
    }

    var event: any DomainEvent {
        switch self {
        case .issued(let event): event
        case .charged(let event): event
        case .feeCharged(let event): event
        case .blocked(let event): event
        case .other: CardBlocked()
        }
    }

    static func unknown(_ event: RecordedEvent) -> CardEvent? { .other(event.type) }
}

struct Card: Fold {
    static let name = "card"

    struct State: Equatable, Codable, Sendable {
        var holder: String?
        var kind = ""
        var limit = 0
        var isBlocked = false
        var spent = 0
        var fees = 0
        var others: [String] = []
    }

    var initial: State { State() }

    func evolve(_ state: inout State, _ event: CardEvent) {
        switch event {
        case .issued(let issued):
            state.holder = issued.holder
            state.kind = issued.kind
            state.limit = issued.limit
            state.isBlocked = false
        case .charged(let charged): state.spent += charged.cents
        case .feeCharged(let fee): state.fees += fee.cents
        case .blocked: state.isBlocked = true
        case .other(let type): state.others.append(type)
        }
    }
}

/// The fees of all cards.
struct Fees: QueriedFold {
    enum Event: EventSet {
        case charged(FeeCharged)

        static var members: [EventMember<Event>] { EventMember(Event.charged) }
        var event: any DomainEvent {
            switch self {
            case .charged(let event): event
            }
        }
    }

    static let name = "fees"
    var tags: Set<String> { [] }
    var initial: Int { 0 }

    func evolve(_ fees: inout Int, _ event: Event) {
        if case .charged(let fee) = event { fees += fee.cents }
    }
}

/// How many cards were blocked.
struct Blocked: QueriedFold {
    enum Event: EventSet {
        case blocked(CardBlocked)

        static var members: [EventMember<Event>] { EventMember(Event.blocked) }
        var event: any DomainEvent {
            switch self {
            case .blocked(let event): event
            }
        }
    }

    static let name = "blocked"
    var tags: Set<String> { [] }
    var initial: Int { 0 }
    func evolve(_ count: inout Int, _ event: Event) { count += 1 }
}

/// Who was given a card.
struct Holders: QueriedFold {
    enum Event: EventSet {
        case issued(CardIssued)

        static var members: [EventMember<Event>] { EventMember(Event.issued) }
        var event: any DomainEvent {
            switch self {
            case .issued(let event): event
            }
        }
    }

    static let name = "holders"
    var tags: Set<String> { [] }
    var initial: [String] { [] }

    func evolve(_ holders: inout [String], _ event: Event) {
        if case .issued(let issued) = event { holders.append(issued.holder) }
    }
}
