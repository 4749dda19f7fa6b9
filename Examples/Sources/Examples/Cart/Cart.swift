import DaybookSourcing

/// A cart of a shop, until the customer checks out.
struct Cart: Decider {
    static let name = "cart"

    struct Line: Equatable, Codable, Sendable {
        var quantity: Int
        var price: Int
    }

    struct State: Equatable, Codable, Sendable {
        var lines: [String: Line] = [:]
        var voucherPercent: Int?
        var isCheckedOut = false
    }

    /// `Encodable`, so that another command under a key that was used is told from the same one.
    enum Command: Encodable, Sendable {
        case add(sku: String, quantity: Int, price: Int)
        case remove(sku: String, quantity: Int)
        case redeem(voucher: String, percent: Int)
        case checkOut
    }

    enum Refusal: Error, Equatable, Codable {
        case isCheckedOut
        case isEmpty
        case noQuantity
        case otherPrice(inCart: Int)
        case onlySoMany(inCart: Int)
        case onlyOneVoucher
        case noPercentage
    }

    var discounts = Discounts()
    /// What is put in at once and what one may cost: not so much that a bill could not be added up any more.
    let quantities = 1...10_000
    let prices = 0...1_000_000_000
    var initial: State { State() }

    func decide(_ command: Command, _ state: State) throws(Refusal) -> [CartEvent] {
        if state.isCheckedOut { throw .isCheckedOut }
        switch command {
        case .add(let sku, let quantity, let price):
            if !quantities.contains(quantity) || !prices.contains(price) { throw .noQuantity }
            if let line = state.lines[sku], line.price != price {
                throw .otherPrice(inCart: line.price)
            }
            return [.added(ItemAdded(sku: sku, quantity: quantity, price: price))]
        case .remove(let sku, let quantity):
            if quantity <= 0 { throw .noQuantity }
            let inCart = state.lines[sku]?.quantity ?? 0
            if quantity > inCart { throw .onlySoMany(inCart: inCart) }
            return [.removed(ItemRemoved(sku: sku, quantity: quantity))]
        case .redeem(let code, let percent):
            if !(1...100).contains(percent) { throw .noPercentage }
            if state.voucherPercent != nil { throw .onlyOneVoucher }
            return [.redeemed(VoucherRedeemed(code: code, percent: percent))]
        case .checkOut:
            if state.lines.isEmpty { throw .isEmpty }
            return [.checkedOut(discounts.bill(state))]
        }
    }

    func evolve(_ state: inout State, _ event: CartEvent) {
        switch event {
        case .added(let item):
            let before = state.lines[item.sku]?.quantity ?? 0
            state.lines[item.sku] = Line(quantity: before + item.quantity, price: item.price)
        case .removed(let item):
            guard let line = state.lines[item.sku] else { return }
            let left = line.quantity - item.quantity
            state.lines[item.sku] = left > 0 ? Line(quantity: left, price: line.price) : nil
        case .redeemed(let voucher): state.voucherPercent = voucher.percent
        case .checkedOut: state.isCheckedOut = true
        }
    }

    /// What was bought is bought: such a cart need not be kept in memory.
    func isTerminal(_ state: State) -> Bool { state.isCheckedOut }
}

/// What is taken off the price.
///
/// All of it is reckoned in whole pence: a percentage of a line, or of the rest, is rounded to the nearest penny, half a penny in
/// the customer's favour. So the discounts of the lines add up to that of the cart, to the penny.
struct Discounts: Sendable {
    /// From so many of one thing on there is a discount on all of them.
    var bulkQuantityMin = 12
    var bulkPercent = 10

    static func percent(_ percent: Int, of amount: Int) -> Int { (amount * percent + 50) / 100 }

    /// The voucher is for what is left when the rest has been taken off.
    func bill(_ cart: Cart.State) -> CheckedOut {
        var (sum, discount) = (0, 0)
        for line in cart.lines.values {
            let amount = line.quantity * line.price
            sum += amount
            if line.quantity >= bulkQuantityMin {
                discount += Self.percent(bulkPercent, of: amount)
            }
        }
        if let percent = cart.voucherPercent {
            discount += Self.percent(percent, of: sum - discount)
        }
        return CheckedOut(sum: sum, discount: discount, total: sum - discount)
    }
}
