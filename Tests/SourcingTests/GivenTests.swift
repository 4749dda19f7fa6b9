import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Testing

struct `Given, when, then` {
    private var account: GivenDecider<Account> {
        given(Account(), .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)))
    }

    @Test func `Holds what a decider does`() {
        account
            .when(.withdraw(30))
            .then(.withdrawn(Withdrawn(amount: 30)))
            .then { Withdrawn(amount: 30) }
            .thenState(Account.State(owner: "Ada", balance: 20))
            .thenState { state in #expect(state.balance == 20) }
        account.when(.withdraw(80)).thenRefused(.notEnough(balance: 50))
        account.when(.withdraw(80)).thenState(Account.State(owner: "Ada", balance: 50))
    }

    @Test func `Takes events with the case around them and without, some under conditions`() {
        let isOpen = true
        given(Account()) {
            if isOpen { Opened(owner: "Ada") }
            for amount in [20, 30] { Deposited(amount: amount) }
            AccountEvent.withdrawn(Withdrawn(amount: 50))
        }
        .when(.withdraw(1)).thenRefused(.notEnough(balance: 0))
    }

    @Test func `A wrong event is shown beside the one that was expected, with its fields`() {
        let found = failures {
            account.when(.withdraw(30)).then(
                .withdrawn(Withdrawn(amount: 20)), .deposited(Deposited(amount: 1)))
        }
        #expect(
            found.map(\.text) == [
                """
                given
                    Opened(owner: "Ada")
                    Deposited(amount: 50)
                when withdraw(30)
                                      expected                          found
                1 ≠                   withdrawn(Withdrawn(amount: 20))  withdrawn(Withdrawn(amount: 30))
                    withdrawn.amount  20                                30
                2 ≠                   deposited(Deposited(amount: 1))   nothing
                """
            ])
    }

    @Test func `Of events that have nothing in common, no fields are shown`() {
        let found = failures { account.when(.withdraw(30)).then { Deposited(amount: 30) } }
        let other = failures {
            account.when(.withdraw(30)).then(.deposited(Deposited(amount: 30)))
        }
        #expect(found.count == 1)
        #expect(
            other.first?.text.hasSuffix(
                "1 ≠  deposited(Deposited(amount: 30))  withdrawn(Withdrawn(amount: 30))") == true)
    }

    @Test func `A failure is told where it was expected`() {
        let line = #line
        let found = failures {
            account
                .when(.withdraw(30))
                .thenNothing()
                .thenState(Account.State(owner: "Bob", balance: 20))
        }
        #expect(found.map(\.line) == [line + 4, line + 5])
        #expect(found.last?.text.contains(#"owner  "Bob""#) == true)
    }

    @Test func `A refusal in place of events is told, and events in place of a refusal`() {
        let refused = failures { account.when(.withdraw(80)).then { Withdrawn(amount: 80) } }
        #expect(
            refused.first?.text.hasSuffix(
                "expected events, and it was refused: notEnough(balance: 50)") == true)
        let other = failures { account.when(.withdraw(80)).thenRefused(.isNotOpen) }
        #expect(other.first?.text.contains("isNotOpen") == true)
        #expect(other.first?.text.contains("notEnough(balance: 50)") == true)
        let recorded = failures { account.when(.withdraw(1)).thenRefused(.isNotOpen) }
        #expect(
            recorded.first?.text.hasSuffix(
                "expected the refusal isNotOpen, and this was recorded:\n    withdrawn(Withdrawn(amount: 1))"
            ) == true)
    }

    @Test func `What cannot have happened is told`() {
        let found = failures {
            given(Account()) { Enrolled(course: "swift", student: "ada") }
                .when(.open(owner: "Ada")).then { Opened(owner: "Ada") }
        }
        #expect(
            found.map(\.text) == [
                "Enrolled is no case of AccountEvent: it cannot have happened"
            ])
    }

    @Test func `Holds what an aggregate does`() {
        given(Safe.self) { Deposited(amount: 50) }
            .when { try $0.take(30) }
            .then { Withdrawn(amount: 30) }
            .thenState { safe in #expect(safe.amount == 20) }
        given(Safe.self, .deposited(Deposited(amount: 50)))
            .when { safe in
                try safe.take(30)
                try safe.take(30)
            }
            .thenRefused(Safe.Refusal.notThere)
            .thenState { safe in #expect(safe.amount == 50) }
    }

    @Test func `Holds what is decided over several things, each of which sees its own events`() {
        let courses = given(FreeSeats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseDefined(course: "swift", capacity: 1)
            CourseDefined(course: "other", capacity: 9)
            Enrolled(course: "other", student: "ada")
            Enrolled(course: "other", student: "bob")
        }
        courses.when { free, taken in
            #expect(free == 1)
            #expect(taken == ["other"])
            return [Enrolled(course: "swift", student: "ada").in("course-swift")]
        }
        .then { Enrolled(course: "swift", student: "ada") }
        .then(Enrolled(course: "swift", student: "ada").in("course-swift"))
        .thenState { free, taken in
            #expect(free == 0)
            #expect(taken == ["other", "swift"])
        }
        courses.when { _, _ in throw EnrolmentRefusal.full }.thenRefused(EnrolmentRefusal.full)
        courses.when { _, _ in [] }.thenNothing()
        let found = failures {
            courses.when { _, _ in [Enrolled(course: "swift", student: "ada").in("a")] }
                .then(Enrolled(course: "swift", student: "ada").in("b"))
        }
        #expect(found.first?.text.contains(#"stream  "b""#) == true)
    }
}

/// An aggregate: what lies in a safe.
private struct Safe: Aggregate {
    static let name = "safe"
    enum Refusal: Error { case notThere }
    var amount = 0
    var changes = Changes<AccountEvent>()

    mutating func take(_ amount: Int) throws(Refusal) {
        if self.amount < amount { throw .notThere }
        record(.withdrawn(Withdrawn(amount: amount)))
    }

    mutating func apply(_ event: AccountEvent) {
        switch event {
        case .opened: break
        case .deposited(let deposited): amount += deposited.amount
        case .withdrawn(let withdrawn): amount -= withdrawn.amount
        }
    }
}
