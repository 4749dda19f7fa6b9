import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Testing

@testable import Examples

struct `An account` {
    private let opened = AccountEvent.opened(AccountOpened(district: 18, statements: .monthly))

    /// Open, with so much in it.
    private func holding(_ amount: Int, _ account: Account = Account()) -> GivenDecider<Account> {
        given(account) {
            opened
            MoneyCredited(from: .cash, amount: amount)
        }
    }

    @Test func `Is opened once`() {
        given(Account())
            .when(.open(district: 18, statements: .monthly))
            .then(opened)
        given(Account(), opened)
            .when(.open(district: 1, statements: .weekly))
            .thenRefused(.isOpen)
    }

    @Test func `Takes money when it is open, and not before`() {
        given(Account(), opened)
            .when(.credit(.transfer, 100))
            .then { MoneyCredited(from: .transfer, amount: 100) }
        given(Account()).when(.credit(.transfer, 100)).thenRefused(.isNotOpen)
        given(Account(), opened).when(.credit(.cash, 0)).thenRefused(.noAmount)
    }

    @Test func `Gives out what is in it, and no more`() {
        holding(500).when(.debit(.cash, 500))
            .then { MoneyDebited(to: .cash, amount: 500) }
            .thenState { state in #expect(state.balance == 0) }
        holding(500).when(.debit(.cash, 501)).thenRefused(.notCovered(balance: 500))
    }

    @Test func `Goes below zero as far as was agreed, and says so`() {
        let account = Account(overdraftMax: 100)
        holding(500, account).when(.debit(.transfer, 600)).then {
            MoneyDebited(to: .transfer, amount: 600)
            AccountOverdrawn(balance: -100)
        }
        holding(500, account).when(.debit(.transfer, 601)).thenRefused(.notCovered(balance: 500))
    }

    @Test func `Pays the bank whatever is left, and is overdrawn once`() {
        holding(500).when(.debit(.fee, 600)).then {
            MoneyDebited(to: .fee, amount: 600)
            AccountOverdrawn(balance: -100)
        }
        given(Account()) {
            opened
            MoneyDebited(to: .fee, amount: 100)
            AccountOverdrawn(balance: -100)
        }
        .when(.debit(.penaltyInterest, 20))
        .then { MoneyDebited(to: .penaltyInterest, amount: 20) }
        .thenState { state in #expect(state.timesOverdrawn == 1 && state.lowest == -120) }
    }

    @Test func `Books what was rounded`() {
        holding(500).when(.credit(.interest, 33, rounding: -3))
            .thenState { state in #expect(state.balance == 530) }
        holding(500).when(.debit(.fee, 33, rounding: 3))
            .thenState { state in #expect(state.balance == 470) }
    }

    /// Snapshots of accounts are kept: a fold that changes has to say so by its version.
    @Test func `Is folded as before`() {
        expectDigest(
            of: Account(),
            over: [
                opened, .credited(MoneyCredited(from: .cash, amount: 500)),
                .debited(MoneyDebited(to: .fee, amount: 600, rounding: 5)),
                .overdrawn(AccountOverdrawn(balance: -95)),
            ], "1:698aaefe41287f67")
    }

    @Test func `Was recorded by the old bank in its own words`() async throws {
        try await withStore { store in
            let events = [
                Event(
                    type: "account-opened",
                    data: #"{"district":55,"statement":"POPLATEK TYDNE"}"#),
                Event(
                    type: "cash-deposited",
                    data: #"{"trans_id":1,"signed_amount":500,"rounding":0,"balance_after":500}"#),
                Event(type: "card-issued", data: #"{"card_id":1005,"kind":"classic"}"#),
                Event(
                    type: "fee-charged",
                    data:
                        #"{"trans_id":2,"signed_amount":-601,"rounding":1,"balance_after":-100}"#),
            ]
            try await store.append(events, to: "account-576")
            let old = try await OldAccount.all(in: store)
            #expect(old.map(\.id) == ["576"])
            #expect(old.first?.entries.map(\.balance) == [0, 500, -100])
        }
    }

    @Test func `Is replayed, and whatever differs is told`() async throws {
        func transaction(_ type: String, _ amount: Int, _ balance: Int) -> Event {
            Event(
                type: type,
                data:
                    #"{"trans_id":1,"signed_amount":\#(amount),"rounding":0,"balance_after":\#(balance)}"#
            )
        }
        let opened = Event(
            type: "account-opened", data: #"{"district":55,"statement":"POPLATEK TYDNE"}"#)
        try await withStore { history in
            for id in 1...100 {
                // The bank says of one of them what cannot be.
                let balance = id == 77 ? -101 : -100
                try await history.append(
                    [
                        opened, transaction("cash-deposited", 500, 500),
                        transaction("cash-withdrawn", -600, id % 10 == 7 ? balance : -100),
                    ], to: "account-\(id)")
            }
            try await withStore { store in
                var told: [Int] = []
                var lines: [String] = []
                let agreement = try await BankExample.replay(
                    from: history, into: store,
                    progress: { done, total in told.append(done) }, print: { lines.append($0) })
                #expect(told.count == 100 && told.last == 300)
                #expect(agreement.compared == 301 && agreement.differing == 1)
                #expect(
                    agreement.examples == [
                        "the balance of account 77 behind its entry 2 is -100, and the history says -101"
                    ])
                #expect(lines.contains("100 accounts were overdrawn, these the furthest:"))
                await #expect(throws: ExampleError.self) {
                    _ = try await BankExample.replay(
                        from: history, into: store, progress: { _, _ in }, print: { _ in })
                }
            }
        }
    }
}
