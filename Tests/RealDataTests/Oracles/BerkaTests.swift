import Daybook
import DaybookJSON
import DaybookStore
import Testing

/// Every balance that the bank itself wrote down.
struct BerkaTally: Tally {
    struct Account: Equatable {
        var balance = 0
        var lowest = 0
        var isEverRounded = false
        var transactions = 0
    }

    var accounts: [String: Account] = [:]
    var roundings: [Int: Int] = [:]
    var misfits: [String] = []
    var transactions = 0
    var sumSigned = 0
    var negatives = 0

    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws {
        let fields = try Fields(event).integers
        var account = accounts[names.stream] ?? Account()
        if let balance = fields["balance_after"], let signed = fields["signed_amount"],
            let rounding = fields["rounding"]
        {
            if account.balance + signed + rounding != balance {
                misfits.append("\(names.stream)@\(event.revision)")
            }
            account.balance = balance
            account.lowest = min(account.lowest, balance)
            account.transactions += 1
            if rounding != 0 { account.isEverRounded = true }
            roundings[rounding, default: 0] += 1
            transactions += 1
            sumSigned += signed
            if balance < 0 { negatives += 1 }
        }
        accounts[names.stream] = account
    }
}

extension RealData {
    @Suite struct `The bank of 1993` {
        private func imported() async throws -> ImportedSet<BerkaTally> {
            try await .shared(.berka)
        }

        @Test func `Every line is recorded as it stands, in its place`() async throws {
            let set = try await imported()
            set.checkLines()
            try await set.checkSecondImport()
        }

        @Test(arguments: RealSet.berka.ways)
        func `Each balance follows from the one before`(way: Way) async throws {
            let set = try await imported()
            let (states, oracle) = (try await set.states(way), set.oracle)
            #expect(states.misfits.prefix(5) == [])
            #expect(states.transactions == oracle.integer("transactions"))
            #expect(states.accounts.count == oracle.integer("accounts"))
            let roundings = oracle.counts("per_event_oracle", "rounding")
            #expect(states.roundings.count == roundings.count)
            for (rounding, count) in states.roundings { #expect(roundings["\(rounding)"] == count) }
            let never = states.accounts.values.filter { !$0.isEverRounded }.count
            #expect(never == oracle.integer("per_event_oracle", "accounts_with_no_rounding"))
        }

        @Test(arguments: RealSet.berka.ways)
        func `The totals are the bank's`(way: Way) async throws {
            let set = try await imported()
            let states = try await set.states(way)
            let totals = set.oracle.counts("totals")
            let accounts = states.accounts.values
            #expect(accounts.reduce(0) { $0 + $1.balance } == totals["sum_final_balance"])
            #expect(states.sumSigned == totals["sum_signed"])
            #expect(
                states.roundings.reduce(0) { $0 + $1.key * $1.value } == totals["sum_rounding"])
            #expect(accounts.count { $0.lowest < 0 } == totals["accounts_ever_negative"])
            #expect(states.negatives == totals["transactions_leaving_negative_balance"])
        }

        @Test(arguments: RealSet.berka.ways)
        func `Each account ends as the table says`(way: Way) async throws {
            let set = try await imported()
            let accounts = try await set.states(way).accounts
            let table = try RealSet.berka.table("oracle_streams")
            #expect(table.count == accounts.count)
            let wrong = accounts.filter { name, account in
                let events = set.places.byStream[name]?.count ?? 0
                return table[name] != ["\(events)", "\(account.balance)", "\(account.lowest)"]
            }
            #expect(wrong.keys.sorted().prefix(5) == [])
        }

        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `Reads and past states agree with a scan`(seed: UInt64) async throws {
            let set = try await imported()
            try await set.checkReads(seed: seed)
            try await set.checkPastStates(seed: seed)
        }
    }
}
