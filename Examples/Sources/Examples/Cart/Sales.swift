import DaybookSourcing

/// What a shop has sold, by customer and by country, in mills: a fold over all that was ever recorded.
struct Sales: Fold {
    static let name = "sales"

    struct Sum: Equatable, Sendable {
        var lines = 0
        var mills = 0
    }

    struct State: Equatable, Sendable {
        var total = Sum()
        var customers: [String: Sum] = [:]
        var countries: [String: Sum] = [:]
    }

    var initial: State { State() }

    func evolve(_ state: inout State, _ event: InvoiceEvent) {
        let line = event.line
        state.total.add(line)
        if let customer = line.customer { state.customers[customer, default: Sum()].add(line) }
        state.countries[line.country, default: Sum()].add(line)
    }
}

extension Sales.Sum {
    fileprivate mutating func add(_ line: InvoiceLine) {
        lines += 1
        mills += line.mills
    }

    mutating func add(_ other: Sales.Sum) {
        lines += other.lines
        mills += other.mills
    }
}

/// One invoice: the same events, seen from the stream that they lie in.
struct Invoice: Fold {
    static let name = "invoice"

    struct State: Equatable, Sendable {
        var customer: String?
        var country = ""
        var sum = Sales.Sum()
        /// Whether it takes something back: the shop writes such an invoice for what is cancelled.
        var isCancellation = false
    }

    var initial: State { State() }

    func evolve(_ state: inout State, _ event: InvoiceEvent) {
        state.customer = event.line.customer
        state.country = event.line.country
        state.sum.lines += 1
        state.sum.mills += event.line.mills
        if case .returned = event { state.isCancellation = true }
    }
}
