import Daybook
import DaybookSourcing

extension CartExample {
    /// Adds up what a shop has sold, in two ways: all lines in the order in which they were recorded, and invoice by invoice.
    /// Both have to come to the same, for each customer and each country.
    /// - Parameters:
    ///   - history: The shop's invoices, imported. Nothing is recorded.
    ///   - progress: Told of invoices that are read, of how many.
    ///   - print: Called with one line at a time.
    /// - Throws: ``ExampleError`` where there are no invoices.
    public nonisolated(nonsending) static func replay(
        from history: any EventStore, progress: (_ done: Int, _ total: Int) -> Void,
        print: (String) -> Void
    ) async throws -> Agreement {
        let shop = SourcedStore(history, catalog: try shopCatalog())
        let sales = try await sales(in: shop)
        if sales.total.lines == 0 { throw ExampleError.nothingToReplay("invoices of a shop") }
        let invoices = try await InvoiceSums(in: shop, progress: progress)

        var agreement = Agreement()
        agreement.compare(invoices.sales.total, with: sales.total, "the sum of all invoices")
        for (customer, sum) in sales.customers {
            agreement.compare(
                invoices.sales.customers[customer], with: sum, "what customer \(customer) bought")
        }
        for (country, sum) in sales.countries {
            agreement.compare(
                invoices.sales.countries[country], with: sum, "what was sold to \(country)")
        }
        print(
            "\(Decimals.text(sales.total.lines)) lines on \(Decimals.text(invoices.count)) invoices, "
                + "\(Decimals.text(invoices.cancellations)) of them cancellations")
        print(
            "\(Decimals.text(sales.total.mills, digits: 3)) pounds, "
                + "\(Decimals.text(sales.customers.count)) customers, "
                + "\(sales.countries.count) countries, these the largest:")
        let largest = sales.countries.sorted { $0.value.mills > $1.value.mills }.prefix(8)
        for (country, sum) in largest {
            let amount = Columns.right(Decimals.text(sum.mills, digits: 3), 14)
            let share = 1_000 * Double(sum.mills) / Double(max(sales.total.mills, 1))
            // Of almost nothing, where as much came back as was sold, it is any number.
            let perMille = Decimals.text(Int(min(max(share, -1e9), 1e9)), digits: 1)
            print("    \(Columns.left(country, 16)) \(amount)  \(Columns.right(perMille, 4)) %")
        }
        return agreement
    }

    /// What was sold, by one pass over everything.
    static func sales(in shop: SourcedStore) async throws -> Sales.State {
        let fold = Sales()
        var sales = fold.initial
        for try await event in try shop.read(InvoiceEvent.self, Read(.category(Invoice.name))) {
            fold.evolve(&sales, event.event)
        }
        return sales
    }
}

/// All invoices of a shop, each loaded from its stream, added up.
struct InvoiceSums {
    var sales = Sales().initial
    var count = 0
    var cancellations = 0
    /// How many invoices each customer has.
    var invoicesOfCustomers: [String: Int] = [:]

    nonisolated(nonsending) init(
        in shop: SourcedStore, progress: (_ done: Int, _ total: Int) -> Void
    ) async throws {
        let ids = try await Self.ids(in: shop.store)
        var options = RepositoryOptions()
        // Each is looked at once.
        options.cachedStatesMax = 0
        let invoices = try Repository(Invoice(), in: shop, options: options)
        try await sideBySide(ids) {
            try await invoices.load($0).state
        } take: { invoice in
            add(invoice)
            progress(count, ids.count)
        }
    }

    private mutating func add(_ invoice: Invoice.State) {
        count += 1
        if invoice.isCancellation { cancellations += 1 }
        sales.total.add(invoice.sum)
        sales.countries[invoice.country, default: Sales.Sum()].add(invoice.sum)
        if let customer = invoice.customer {
            sales.customers[customer, default: Sales.Sum()].add(invoice.sum)
            invoicesOfCustomers[customer, default: 0] += 1
        }
    }

    /// The ids of all invoices, page by page.
    private static func ids(in store: any EventStore) async throws -> [String] {
        var ids: [String] = []
        var last: String?
        while true {
            let page = try await store.streams(
                prefix: "\(Invoice.name)-", after: last, limit: 1_000)
            guard let end = page.last else { return ids }
            ids += page.map { String($0.name.dropFirst(Invoice.name.count + 1)) }
            last = end.name
        }
    }
}
