import Daybook
import DaybookSourcing

/// A state with everything that blame has to do with: lists, dictionaries, what comes and goes, what is within what.
struct Basket: Fold {
    static let name = "basket"

    struct Line: Codable, Equatable, Sendable {
        var item: String
        var count: Int
    }

    struct State: Codable, Equatable, Sendable {
        var lines: [Line] = []
        var notes: [String: String] = [:]
        var coupon: String?
    }

    struct Put: DomainEvent {
        static let eventType: EventType = "item-put"
        var item: String
        var at: Int
    }

    struct Counted: DomainEvent {
        static let eventType: EventType = "item-counted"
        var at: Int
        var count: Int
    }

    struct Removed: DomainEvent {
        static let eventType: EventType = "item-removed"
        var at: Int
    }

    struct Noted: DomainEvent {
        static let eventType: EventType = "note-written"
        var key: String
        var text: String?
    }

    struct CouponSet: DomainEvent {
        static let eventType: EventType = "coupon-set"
        var coupon: String?
    }

    enum Event: EventSet {
        case put(Put)
        case counted(Counted)
        case removed(Removed)
        case noted(Noted)
        case couponSet(CouponSet)

        static var members: [EventMember<Event>] {
            EventMember(Event.put)
            EventMember(Event.counted)
            EventMember(Event.removed)
            EventMember(Event.noted)
            EventMember(Event.couponSet)
        }

        var event: any DomainEvent {
            switch self {
            case .put(let event): event
            case .counted(let event): event
            case .removed(let event): event
            case .noted(let event): event
            case .couponSet(let event): event
            }
        }
    }

    static func catalog() throws -> EventCatalog {
        try EventCatalog {
            Put.self
            Counted.self
            Removed.self
            Noted.self
            CouponSet.self
        }
    }

    var initial: State { State() }

    func evolve(_ state: inout State, _ event: Event) {
        switch event {
        case .put(let put):
            state.lines.insert(
                Line(item: put.item, count: 1), at: min(put.at, state.lines.count))
        case .counted(let counted):
            if state.lines.indices.contains(counted.at) {
                state.lines[counted.at].count = counted.count
            }
        case .removed(let removed):
            if state.lines.indices.contains(removed.at) { state.lines.remove(at: removed.at) }
        case .noted(let noted): state.notes[noted.key] = noted.text
        case .couponSet(let set): state.coupon = set.coupon
        }
    }
}
