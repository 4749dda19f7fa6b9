import Daybook
import DaybookBytes
import DaybookJSON
import DaybookStore
import Testing

/// Sales of a shop, by invoice, customer, product, country and month.
struct OnlineRetailTally: Tally {
    struct Sum: Equatable {
        var events = 0
        var quantity = 0
        var mills = 0
        var invoices: Set<String> = []
    }

    /// What makes a row the same as another.
    private struct Row: Hashable {
        let invoice: String
        let time: Timestamp?
        let data: [UInt8]
    }

    var invoices: [String: Sum] = [:]
    var customers: [String: Sum] = [:]
    var products: [String: Sum] = [:]
    var countries: [String: Int] = [:]
    var months: [String: Int] = [:]
    var total = Sum()
    var withoutCustomer = 0
    var severalCustomers: Set<String> = []
    var severalTimes: Set<String> = []
    var duplicates = 0
    private var customerOf: [String: String] = [:]
    private var timeOf: [String: Timestamp] = [:]
    /// Rows of the present invoice: an invoice's rows stand together.
    private var rows: Set<Row> = []
    private var present = ""
    private var month: (time: Timestamp?, name: String) = (nil, "")

    init() {}

    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws {
        let fields = try Fields(event)
        let quantity = fields.integers["quantity"] ?? 0
        let mills = quantity * (fields.integers["unit_price_mills"] ?? 0)
        func book(_ sum: inout Sum) {
            sum.events += 1
            sum.quantity += quantity
            sum.mills += mills
        }
        book(&total)
        book(&invoices[names.stream, default: Sum()])
        for tag in names.tags {
            if tag.hasPrefix("customer:") {
                book(&customers[tag, default: Sum()])
                customers[tag]?.invoices.insert(names.stream)
            } else if tag.hasPrefix("product:") {
                book(&products[tag, default: Sum()])
            }
        }
        countries[fields.texts["country"] ?? "", default: 0] += mills
        let time = event.occurredAt
        if time != month.time { month = (time, String((time?.description ?? "").prefix(7))) }
        months[month.name, default: 0] += mills
        let customer = fields.texts["customer"] ?? ""
        if customer.isEmpty { withoutCustomer += 1 }
        if customerOf.updateValue(customer, forKey: names.stream) ?? customer != customer {
            severalCustomers.insert(names.stream)
        }
        if timeOf.updateValue(time!, forKey: names.stream) ?? time! != time! {
            severalTimes.insert(names.stream)
        }
        if names.stream != present {
            present = names.stream
            rows = []
        }
        let row = Row(invoice: names.stream, time: time, data: event.dataBytes.copied())
        if !rows.insert(row).inserted { duplicates += 1 }
    }
}

extension RealData {
    @Suite struct `The shop of 2011` {
        private func imported() async throws -> ImportedSet<OnlineRetailTally> {
            try await .shared(.onlineRetail)
        }

        @Test func `Every line is recorded as it stands, in its place`() async throws {
            let set = try await imported()
            set.checkLines()
            try await set.checkSecondImport()
        }

        @Test(arguments: RealSet.onlineRetail.ways)
        func `What is distinct is counted once, and every row is there`(way: Way) async throws {
            let set = try await imported()
            let (states, oracle) = (try await set.states(way), set.oracle)
            let distinct = oracle.counts("distinct")
            #expect(states.total.events == oracle.integer("published", "rows"))
            #expect(states.invoices.count == distinct["invoices"])
            let cancelled = states.invoices.keys.count { $0.hasPrefix("invoice-C") }
            #expect(cancelled == distinct["cancelled_invoices"])
            #expect(states.customers.count == distinct["customers"])
            #expect(states.products.count == distinct["products"])
            #expect(states.countries.count == distinct["countries"])
            #expect(states.withoutCustomer == distinct["lines_without_customer"])
            #expect(states.duplicates == oracle.integer("exact_duplicate_rows"))
            #expect(
                states.severalCustomers.count
                    == oracle.integer("invoices_with_more_than_one_customer"))
            #expect(
                states.severalTimes.count == oracle.integer("invoices_with_more_than_one_minute"))
        }

        @Test(arguments: RealSet.onlineRetail.ways)
        func `The revenue is the shop's, by country and by month`(way: Way) async throws {
            let set = try await imported()
            let (states, oracle) = (try await set.states(way), set.oracle)
            #expect(states.total.mills == oracle.integer("total_mills"))
            #expect(states.total.quantity == oracle.integer("total_quantity"))
            #expect(states.countries == oracle.counts("by_country_mills"))
            #expect(states.months == oracle.counts("by_month_mills"))
        }

        @Test(arguments: RealSet.onlineRetail.ways)
        func `Each invoice, customer and product ends as its table says`(way: Way) async throws {
            let states = try await imported().states(way)
            func check(
                _ name: String, _ sums: [String: OnlineRetailTally.Sum],
                _ row: (OnlineRetailTally.Sum) -> [Int]
            ) throws {
                let table = try RealSet.onlineRetail.table(name)
                #expect(table.count == sums.count)
                let wrong = sums.filter { table[$0.key] != row($0.value).map(String.init) }
                #expect(wrong.keys.sorted().prefix(5) == [], "\(name)")
            }
            try check("oracle_streams", states.invoices) { [$0.events, $0.quantity, $0.mills] }
            try check("oracle_customers", states.customers) {
                [$0.events, $0.mills, $0.invoices.count]
            }
            try check("oracle_products", states.products) { [$0.quantity, $0.mills] }
        }

        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `Reads and past states agree with a scan`(seed: UInt64) async throws {
            let set = try await imported()
            try await set.checkReads(seed: seed)
            try await set.checkPastStates(seed: seed)
        }
    }
}
