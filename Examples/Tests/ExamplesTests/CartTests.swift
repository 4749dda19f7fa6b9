import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Testing

@testable import Examples

struct `A cart` {
    @Test func `Takes things in, and out again`() {
        given(Cart())
            .when(.add(sku: "heart", quantity: 2, price: 255))
            .then { ItemAdded(sku: "heart", quantity: 2, price: 255) }
        given(Cart()) {
            ItemAdded(sku: "heart", quantity: 2, price: 255)
            ItemAdded(sku: "heart", quantity: 3, price: 255)
            ItemRemoved(sku: "heart", quantity: 4)
        }
        .when(.remove(sku: "heart", quantity: 1))
        .then { ItemRemoved(sku: "heart", quantity: 1) }
        .thenState { state in #expect(state.lines.isEmpty) }
    }

    @Test func `Gives out no more than is in it`() {
        given(Cart(), .added(ItemAdded(sku: "heart", quantity: 2, price: 255)))
            .when(.remove(sku: "heart", quantity: 3))
            .thenRefused(.onlySoMany(inCart: 2))
        given(Cart()).when(.remove(sku: "heart", quantity: 1))
            .thenRefused(.onlySoMany(inCart: 0))
        given(Cart()).when(.add(sku: "heart", quantity: 0, price: 255)).thenRefused(.noQuantity)
    }

    @Test func `Has one price for a thing, and one voucher`() {
        given(Cart(), .added(ItemAdded(sku: "heart", quantity: 2, price: 255)))
            .when(.add(sku: "heart", quantity: 1, price: 250))
            .thenRefused(.otherPrice(inCart: 255))
        given(Cart(), .redeemed(VoucherRedeemed(code: "ADVENT", percent: 15)))
            .when(.redeem(voucher: "WINTER", percent: 20))
            .thenRefused(.onlyOneVoucher)
        given(Cart()).when(.redeem(voucher: "WINTER", percent: 101)).thenRefused(.noPercentage)
    }

    @Test func `Is checked out with something in it, and is done with then`() {
        given(Cart()).when(.checkOut).thenRefused(.isEmpty)
        let bought = given(Cart()) {
            ItemAdded(sku: "heart", quantity: 2, price: 255)
            CheckedOut(sum: 510, discount: 0, total: 510)
        }
        bought.when(.checkOut).thenRefused(.isCheckedOut)
        bought.when(.add(sku: "heart", quantity: 1, price: 255)).thenRefused(.isCheckedOut)
    }

    @Test func `Costs less from twelve of a thing on, and with a voucher`() {
        given(Cart()) {
            ItemAdded(sku: "heart", quantity: 11, price: 255)
            ItemAdded(sku: "lantern", quantity: 1, price: 339)
        }
        .when(.checkOut)
        .then { CheckedOut(sum: 3144, discount: 0, total: 3144) }
        given(Cart()) {
            ItemAdded(sku: "heart", quantity: 12, price: 255)
            ItemAdded(sku: "lantern", quantity: 1, price: 339)
            VoucherRedeemed(code: "ADVENT", percent: 15)
        }
        .when(.checkOut)
        .then { CheckedOut(sum: 3399, discount: 306 + 464, total: 2629) }
    }

    @Test func `Is reckoned in whole pence`() {
        #expect(Discounts.percent(10, of: 1004) == 100)
        #expect(Discounts.percent(10, of: 1005) == 101)
        #expect(Discounts.percent(33, of: 1) == 0)
        #expect(Discounts.percent(100, of: 1) == 1)
    }

    @Test func `Is folded as before`() {
        expectDigest(
            of: Cart(),
            over: [
                .added(ItemAdded(sku: "heart", quantity: 12, price: 255)),
                .removed(ItemRemoved(sku: "heart", quantity: 1)),
                .redeemed(VoucherRedeemed(code: "ADVENT", percent: 15)),
                .checkedOut(CheckedOut(sum: 2805, discount: 421, total: 2384)),
            ], "1:6b03363743ce55d0")
    }
}

struct `The books of a shop` {
    /// Some invoices; one of them takes something back.
    private func sell(_ store: some EventStore) async throws {
        func line(
            _ invoice: Int, _ type: String, _ quantity: Int, _ price: Int, _ customer: String?
        ) async throws {
            let customer = customer.map { "\"\($0)\"" } ?? "null"
            let data =
                #"{"sku":"X","description":null,"quantity":\#(quantity),"unit_price_mills":\#(price),"#
                + #""customer":\#(customer),"country":"\#(invoice == 2 ? "EIRE" : "France")"}"#
            try await store.append([Event(type: type, data: data)], to: "invoice-\(invoice)")
        }
        try await line(1, "item-sold", 3, 1_500, "17850")
        try await line(2, "item-sold", 1, 10_000, "12583")
        try await line(1, "item-sold", 1, 250, "17850")
        try await line(3, "item-returned", -1, 1_500, "17850")
        try await line(4, "stock-written-off", -10, 0, nil)
        try await line(5, "bad-debt-adjusted", 1, -2_000, nil)
    }

    @Test func `Come to the same line by line and invoice by invoice`() async throws {
        try await withStore { store in
            try await sell(store)
            let shop = SourcedStore(store, catalog: try shopCatalog())
            let sales = try await CartExample.sales(in: shop)
            #expect(sales.total == Sales.Sum(lines: 6, mills: 11_250))
            #expect(sales.customers["17850"] == Sales.Sum(lines: 3, mills: 3_250))
            #expect(sales.countries["EIRE"] == Sales.Sum(lines: 1, mills: 10_000))
            let invoices = try await InvoiceSums(in: shop) { _, _ in }
            #expect(invoices.sales == sales)
            #expect(invoices.count == 5 && invoices.cancellations == 1)
            #expect(invoices.invoicesOfCustomers == ["17850": 2, "12583": 1])
        }
    }

    @Test func `Are told as a table`() async throws {
        try await withStore { store in
            await #expect(throws: ExampleError.self) {
                _ = try await CartExample.replay(
                    from: store, progress: { _, _ in }, print: { _ in })
            }
            try await sell(store)
            var told: [Int] = []
            var lines: [String] = []
            let agreement = try await CartExample.replay(
                from: store, progress: { done, _ in told.append(done) },
                print: { lines.append($0) })
            #expect(agreement.isWhole && agreement.compared == 5)
            #expect(told == [1, 2, 3, 4, 5])
            #expect(lines.contains("6 lines on 5 invoices, 1 of them cancellations"))
            #expect(lines.contains("    EIRE                     10.000  88.8 %"))
        }
    }
}

struct `Numbers for people` {
    @Test(arguments: [
        (0, 0, "0"), (999, 0, "999"), (1_000, 0, "1,000"), (-1_234_567, 2, "-12,345.67"),
        (5, 2, "0.05"), (-5, 2, "-0.05"), (100, 2, "1.00"), (123_456_789, 3, "123,456.789"),
    ])
    func `Have commas and a point`(number: Int, digits: Int, text: String) {
        #expect(Decimals.text(number, digits: digits) == text)
    }
}
