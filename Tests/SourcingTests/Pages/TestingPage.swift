import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Testing

// The code of `Documentation/sourcing/testing.md`.

struct `An account` {
    private let account = given(
        Account(), .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)))

    @Test func `Gives out what is in it`() {
        account.when(.withdraw(30)).then(.withdrawn(Withdrawn(amount: 30)))
    }

    @Test func `Gives out no more than is in it`() {
        account.when(.withdraw(80)).thenRefused(.notEnough(balance: 50))
    }

    @Test func `Has what is left`() {
        account.when(.withdraw(30)).thenState { state in #expect(state.balance == 20) }
    }

    @Test func `Is opened for somebody`() {
        given(Account()) {
            Opened(owner: "Ada")
        }
        .when(.deposit(50))
        .then {
            Deposited(amount: 50)
        }
    }
}

struct `A till` {
    @Test func `Pays what is in it`() {
        given(Till.self) {
            Deposited(amount: 50)
        }
        .when { till in try till.pay(20) }
        .then { Withdrawn(amount: 20) }
    }
}

struct `Enrolment` {
    @Test func `Takes a seat`() {
        given(FreeSeats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseDefined(course: "swift", capacity: 1)
        }
        .when { free, taken in
            if free == 0 { throw EnrolmentRefusal.full }
            return [Enrolled(course: "swift", student: "ada").in("course-swift")]
        }
        .then {
            Enrolled(course: "swift", student: "ada")
        }
    }
}

/// Lends something for two weeks.
struct Loan: Decider {
    struct Due: DomainEvent, Equatable {
        static let eventType: EventType = "loan-due"
        var microseconds: Int64
    }

    enum Event: EventSet {
        case due(Due)
        static var members: [EventMember<Event>] { EventMember(Event.due) }
        var event: any DomainEvent {
            switch self {
            case .due(let event): event
            }
        }
    }

    enum Command: Sendable { case lend }

    static let name = "loan"
    let now: @Sendable () -> Timestamp
    var initial: Timestamp? { nil }

    func decide(_ command: Command, _ due: Timestamp?) -> [Event] {
        [.due(Due(microseconds: now().microseconds + 14 * 86_400_000_000))]
    }

    func evolve(_ due: inout Timestamp?, _ event: Event) {
        if case .due(let event) = event { due = Timestamp(microseconds: event.microseconds) }
    }
}

struct `A loan` {
    @Test func `Ends after two weeks`() {
        let clock = TestClock(Timestamp("2026-11-01T00:00:00Z")!)
        let loan = given(Loan(now: { clock.time }))
        clock.advance(by: .seconds(86_400))
        loan.when(.lend).thenState(Timestamp("2026-11-16T00:00:00Z")!)
    }
}

struct `Golden` {
    @Test func `States are what events led to`() {
        let events: [AccountEvent] = [
            .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)),
            .withdrawn(Withdrawn(amount: 30)),
        ]
        expectDigest(of: Account(), over: events, "1:94aeaedf7f6aa2c7")
    }

    @Test func `Events of every version can be read`() throws {
        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        expectReadable(catalog, "../Events")
    }
}
