import Daybook
import DaybookSourcing

// What a shop has recorded of its sales: events that no program of ours has written. A stream is an invoice, an event a line of
// it. Prices are in mills, a thousandth of a pound.

/// What a line says, whatever it is for.
struct InvoiceLine: Codable, Sendable {
    /// Below zero for what came back, or was lost.
    var quantity: Int
    var price: Int
    /// Nil where nobody asked.
    var customer: String?
    var country: String

    var mills: Int { quantity * price }

    enum CodingKeys: String, CodingKey {
        case quantity
        case price = "unit_price_mills"
        case customer, country
    }
}

extension InvoiceLine {
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        quantity = try fields.decode(Int.self, forKey: .quantity)
        price = try fields.decode(Int.self, forKey: .price)
        customer = try fields.decodeIfPresent(String.self, forKey: .customer)
        country = try fields.decode(String.self, forKey: .country)
        let (mills, isTooLarge) = quantity.multipliedReportingOverflow(by: price)
        try BookedAmount.check(isTooLarge ? .max : mills, at: decoder)
    }
}

/// An event that is a line and nothing else: its fields are those of the line.
protocol InvoiceLineEvent: DomainEvent {
    var line: InvoiceLine { get }
    init(line: InvoiceLine)
}

extension InvoiceLineEvent {
    init(from decoder: any Decoder) throws { self.init(line: try InvoiceLine(from: decoder)) }
    func encode(to encoder: any Encoder) throws { try line.encode(to: encoder) }
}

struct ItemSold: InvoiceLineEvent {
    static let eventType: EventType = "item-sold"
    var line: InvoiceLine
}

struct ItemReturned: InvoiceLineEvent {
    static let eventType: EventType = "item-returned"
    var line: InvoiceLine
}

struct StockWrittenOff: InvoiceLineEvent {
    static let eventType: EventType = "stock-written-off"
    var line: InvoiceLine
}

struct BadDebtAdjusted: InvoiceLineEvent {
    static let eventType: EventType = "bad-debt-adjusted"
    var line: InvoiceLine
}

enum InvoiceEvent: EventSet {
    case sold(ItemSold)
    case returned(ItemReturned)
    case writtenOff(StockWrittenOff)
    case adjusted(BadDebtAdjusted)

    static var members: [EventMember<InvoiceEvent>] {
        EventMember(InvoiceEvent.sold)
        EventMember(InvoiceEvent.returned)
        EventMember(InvoiceEvent.writtenOff)
        EventMember(InvoiceEvent.adjusted)
    }

    var event: any DomainEvent {
        switch self {
        case .sold(let event): event
        case .returned(let event): event
        case .writtenOff(let event): event
        case .adjusted(let event): event
        }
    }

    var line: InvoiceLine {
        switch self {
        case .sold(let event): event.line
        case .returned(let event): event.line
        case .writtenOff(let event): event.line
        case .adjusted(let event): event.line
        }
    }
}

func shopCatalog() throws -> EventCatalog {
    try EventCatalog {
        ItemSold.self
        ItemReturned.self
        StockWrittenOff.self
        BadDebtAdjusted.self
    }
}
