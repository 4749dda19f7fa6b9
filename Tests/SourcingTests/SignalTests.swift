import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import DaybookStoreContract
import Testing

/// An hour goes by with each event that is folded, and a minute with each decision.
private struct Slow: Decider {
    static let name = "slow"
    let clock: TestClock
    var initial: Account.State { Account().initial }

    func decide(
        _ command: Account.Command, _ state: Account.State
    ) throws(Account.Refusal) -> [AccountEvent] {
        clock.advance(by: .seconds(60))
        return try Account().decide(command, state)
    }

    func evolve(_ state: inout Account.State, _ event: AccountEvent) {
        clock.advance(by: .seconds(3_600))
        Account().evolve(&state, event)
    }
}

struct `Signals of a store` {
    let signals = Signals()
    let clock = TestClock()
    let store: SourcedStore

    init() throws {
        let (signals, clock) = (signals, clock)
        // A second goes by with each append.
        let meddled = MeddlingStore(ModelStore()) { _, _ in clock.advance(by: .seconds(1)) }
        var retries = Retries()
        retries.clock = clock
        store = SourcedStore(
            meddled,
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
                CourseDefined.self
                Enrolled.self
            }, retries: retries, observe: { signals.take($0) })
    }

    @Test func `Say how long a load, a decision and an append took`() async throws {
        let accounts = try Repository(Slow(clock: clock), in: store)
        try await accounts.execute(.open(owner: "Ada"), on: "1")
        try await accounts.execute(.deposit(5), on: "1")
        _ = signals.all()
        let others = try Repository(Slow(clock: clock), in: store)
        try await others.execute(.deposit(5), on: "1")
        let durations = signals.all().map { signal -> String in
            switch signal {
            case .loaded("slow-1", 2, let duration): "loaded \(duration)"
            case .decided("slow-1", 1, let duration): "decided \(duration)"
            case .recorded("slow-1", 1, 3, let duration): "recorded \(duration)"
            default: "\(signal)"
            }
        }
        #expect(
            durations == ["loaded 7200.0 seconds", "decided 60.0 seconds", "recorded 1.0 seconds"])
    }

    @Test func `Tell of a refusal once`() async throws {
        let accounts = try Repository(Slow(clock: clock), in: store)
        try await accounts.execute(.open(owner: "Ada"), on: "1")
        _ = signals.all()
        // It is decided on the state in memory first, and then on the last one.
        await #expect(throws: Account.Refusal.notEnough(balance: 0)) {
            try await accounts.execute(.withdraw(5), on: "1")
        }
        let refusals = signals.all().filter {
            guard case .refused("slow-1", let error, .seconds(60)) = $0 else { return false }
            return error as? Account.Refusal == .notEnough(balance: 0)
        }
        #expect(refusals.count == 1)
    }

    @Test func `Name the parts of a boundary`() async throws {
        let seats = Boundary(FreeSeats(course: "swift"), CoursesTaken(student: "ada"))
        try await seats.decide(in: store) { _, _ in
            [CourseDefined(course: "swift", capacity: 1).in("course-swift")]
        }
        let places = signals.all().map { signal -> String in
            switch signal {
            case .loaded(let place, 0, .zero): "loaded \(place)"
            case .decided(let place, 1, .zero): "decided \(place)"
            case .recorded(let place, 1, 1, .seconds(1)): "recorded \(place)"
            default: "\(signal)"
            }
        }
        let name = "free-seats + courses-taken"
        #expect(places == ["loaded \(name)", "decided \(name)", "recorded \(name)"])
    }
}
