import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookSourcing
import DaybookStore
import Testing

@testable import DaybookExamples

/// The examples, held to what is known of the histories that they replay. What they compare themselves is the history's own;
/// the oracles stand beside it.
extension RealData {
    @Suite struct `The examples` {
        private func history() async throws -> EmbeddedStore {
            try await RealStore.shared().store
        }

        @Test func `A bank books anew to each balance, and flags who was overdrawn`() async throws {
            let store = try await EmbeddedStore.open(on: MemoryDisk())
            let agreement = try await BankExample.replay(
                from: try await history(), into: store, progress: { _, _ in },
                print: { print($0) })
            let oracle = try RealSet.berka.oracle()
            let (transactions, accounts) = (
                try #require(oracle.integer("transactions")),
                try #require(oracle.integer("accounts"))
            )
            #expect(agreement.isWhole, "\(agreement.examples)")
            #expect(agreement.compared == transactions + accounts + 1)

            let table = try RealSet.berka.table("oracle_streams")
            let sourced = SourcedStore(store, catalog: try bankCatalog())
            let repository = try Repository(Account(), in: sourced)
            #expect(table.count == accounts)
            for (stream, row) in table {
                let state = try await repository.load(String(stream.dropFirst(8))).state
                #expect([row[1], row[2]] == ["\(state.balance)", "\(state.lowest)"], "\(stream)")
            }
            let flagged = try await BankExample.overdrawn(in: sourced).keys.sorted()
            #expect(flagged == table.filter { $0.value[2].hasPrefix("-") }.keys.sorted())
            #expect(flagged.count == oracle.integer("totals", "accounts_ever_negative"))
            try await store.close()
        }

        @Test func `A shop has sold what its table says, to each customer`() async throws {
            let oracle = try RealSet.onlineRetail.oracle()
            let shop = SourcedStore(try await history(), catalog: try shopCatalog())
            let sales = try await CartExample.sales(in: shop)
            #expect(sales.total.mills == oracle.integer("total_mills"))
            #expect(sales.total.lines == oracle.integer("published", "rows"))
            #expect(sales.countries.mapValues(\.mills) == oracle.counts("by_country_mills"))

            let invoices = try await InvoiceSums(in: shop) { _, _ in }
            #expect(invoices.sales == sales)
            #expect(invoices.count == oracle.integer("distinct", "invoices"))
            #expect(invoices.cancellations == oracle.integer("distinct", "cancelled_invoices"))
            let table = try RealSet.onlineRetail.table("oracle_customers")
            #expect(sales.customers.count == table.count)
            let wrong = sales.customers.filter { customer, sum in
                let count = invoices.invoicesOfCustomers[customer] ?? 0
                return table["customer:\(customer)"] != [
                    "\(sum.lines)", "\(sum.mills)", "\(count)",
                ]
            }
            #expect(wrong.keys.sorted().prefix(5) == [])
        }

        @Test func `Courses with seats for all let all in, and one with a seat less does not`()
            async throws
        {
            let history = try await history()
            let store = try await EmbeddedStore.open(on: MemoryDisk())
            let agreement = try await CoursesExample.replay(
                from: history, into: store, progress: { _, _ in }, print: { print($0) })
            #expect(agreement.isWhole, "\(agreement.examples)")
            #expect(agreement.compared == 45)

            let oracle = try RealSet.oulad.oracle()
            let visits = try await OldVisit.all(in: history)
            #expect(visits.count { $0.isComing } == oracle.integer("types", "student-registered"))
            #expect(
                visits.count { !$0.isComing } == oracle.integer("types", "student-unregistered"))
            let peaks = OldVisit.peaks(visits)
            let table = try RealSet.oulad.table("oracle_courses")
            #expect(peaks.count == table.count)
            for (course, peak) in peaks {
                #expect(table["course:\(course)"]?[2] == "\(peak)", "\(course)")
            }
            try await store.close()

            // Somebody was in as many courses at once as anybody may be: with one less, he is refused.
            let most = try #require(oracle.integer("peak_concurrent_courses_of_one_student"))
            let strict = try await EmbeddedStore.open(on: MemoryDisk())
            let office = DaybookExamples.RegistrationOffice(
                store: SourcedStore(strict, catalog: try coursesCatalog()), coursesMax: most - 1)
            // Who wants to be in no more than that is refused by nobody, and would take most of the time.
            let wishes = Dictionary(grouping: visits.filter { $0.isComing }) { $0.student }
            let busy = visits.filter { wishes[$0.student]?.count ?? 0 >= most }
            let refused = try await office.replay(busy, peaks) {}
            let counted = OldVisit.refusals(visits, seats: peaks, coursesMax: most - 1)
            #expect(refused == counted && !counted.isEmpty)
            #expect(OldVisit.refusals(visits, seats: peaks, coursesMax: most).isEmpty)
            try await strict.close()
        }
    }
}
