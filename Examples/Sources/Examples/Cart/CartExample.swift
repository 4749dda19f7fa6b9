import Daybook
import DaybookSourcing

/// A cart with discounts and a check-out, and what a shop sold in a year.
public enum CartExample {
    /// Fills a cart, checks out, and does so again.
    /// - Parameters:
    ///   - store: Where it is recorded, in a stream of its own.
    ///   - print: Called with one line at a time.
    public nonisolated(nonsending) static func run(
        in store: any EventStore, print: (String) -> Void
    ) async throws {
        let carts = try Repository(Cart(), in: SourcedStore(store, catalog: try cartCatalog()))
        let cart = try await carts.unusedID()
        let wishes: [(words: String, command: Cart.Command)] = [
            ("2 lanterns at 3.39", .add(sku: "lantern", quantity: 2, price: 3_39)),
            ("12 hearts at 2.55", .add(sku: "heart", quantity: 12, price: 2_55)),
            ("3 lanterns back", .remove(sku: "lantern", quantity: 3)),
            ("1 lantern back", .remove(sku: "lantern", quantity: 1)),
            ("A voucher of 15 %", .redeem(voucher: "ADVENT", percent: 15)),
            ("Another voucher", .redeem(voucher: "WINTER", percent: 20)),
        ]
        for wish in wishes {
            do {
                let state = try await carts.execute(wish.command, on: cart).state
                let lines = state.lines.sorted { $0.key < $1.key }
                    .map { "\($0.value.quantity) × \($0.key)" }
                print("\(wish.words): \(lines.joined(separator: ", "))")
            } catch let refusal as Cart.Refusal {
                print("\(wish.words), and is refused: \(refusal)")
            }
        }
        // The answer may get lost on its way; the client asks again, by the key that it drew for its first try.
        for _ in 1...2 {
            let done = try await carts.execute(.checkOut, on: cart, key: "order of cart \(cart)")
            guard case .checkedOut(let bill)? = done.events.first else { continue }
            print(
                "Check-out\(done.isRepeated ? " again" : ""): "
                    + "\(Decimals.text(bill.sum, digits: 2)) "
                    + "less \(Decimals.text(bill.discount, digits: 2)), "
                    + "to pay \(Decimals.text(bill.total, digits: 2))")
        }
        do {
            try await carts.execute(.add(sku: "heart", quantity: 1, price: 2_55), on: cart)
        } catch let refusal as Cart.Refusal {
            print("One more heart, and is refused: \(refusal)")
        }
        print("")
        print("What is recorded in '\(carts.stream(cart))':")
        for event in try await store.events(Read(.stream(carts.stream(cart)))) {
            print("    \(event.revision)  \(event.type)  \(event.text)")
        }
    }
}
