import DaybookSourcing

// What can happen to a cart. Money is counted in pence.

struct ItemAdded: DomainEvent, Equatable {
    static let eventType: EventType = "item-added"
    var sku: String
    var quantity: Int
    /// Of one, as it was that day: what is recorded is not changed when a price is.
    var price: Int
}

struct ItemRemoved: DomainEvent, Equatable {
    static let eventType: EventType = "item-removed"
    var sku: String
    var quantity: Int
}

struct VoucherRedeemed: DomainEvent, Equatable {
    static let eventType: EventType = "voucher-redeemed"
    var code: String
    var percent: Int
}

/// The customer has bought it, for these amounts: rules that change later do not change what was agreed.
struct CheckedOut: DomainEvent, Equatable {
    static let eventType: EventType = "checked-out"
    var sum: Int
    var discount: Int
    var total: Int
}

enum CartEvent: EventSet, Equatable {
    case added(ItemAdded)
    case removed(ItemRemoved)
    case redeemed(VoucherRedeemed)
    case checkedOut(CheckedOut)

    static var members: [EventMember<CartEvent>] {
        EventMember(CartEvent.added)
        EventMember(CartEvent.removed)
        EventMember(CartEvent.redeemed)
        EventMember(CartEvent.checkedOut)
    }

    var event: any DomainEvent {
        switch self {
        case .added(let event): event
        case .removed(let event): event
        case .redeemed(let event): event
        case .checkedOut(let event): event
        }
    }
}

func cartCatalog() throws -> EventCatalog {
    try EventCatalog {
        ItemAdded.self
        ItemRemoved.self
        VoucherRedeemed.self
        CheckedOut.self
    }
}
