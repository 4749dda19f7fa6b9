import Daybook
import DaybookSourcing

// What has to be known for a decision: small folds, each over the events of one thing. None of them knows of the others.

/// How full a course is.
struct Seats: QueriedFold {
    enum Event: EventSet {
        case opened(CourseOpened)
        case taken(SeatTaken)
        case givenUp(SeatGivenUp)

        static var members: [EventMember<Event>] {
            EventMember(Event.opened)
            EventMember(Event.taken)
            EventMember(Event.givenUp)
        }
        var event: any DomainEvent {
            switch self {
            case .opened(let event): event
            case .taken(let event): event
            case .givenUp(let event): event
            }
        }
    }

    struct State: Equatable, Sendable {
        /// Nil where there is no such course.
        var capacity: Int?
        var taken = 0
    }

    static let name = "seats"
    let course: String
    var tags: Set<String> { ["course:\(course)"] }
    var initial: State { State() }

    /// Who gives a seat up makes room: whatever was decided on fewer free seats holds as well.
    var decidingTypes: [any DomainEvent.Type]? { [CourseOpened.self, SeatTaken.self] }

    func evolve(_ state: inout State, _ event: Event) {
        switch event {
        case .opened(let course): state.capacity = course.capacity
        case .taken: state.taken += 1
        case .givenUp: state.taken -= 1
        }
    }
}

/// The courses that a student is in.
struct CoursesTaken: QueriedFold {
    enum Event: EventSet {
        case taken(SeatTaken)
        case givenUp(SeatGivenUp)

        static var members: [EventMember<Event>] {
            EventMember(Event.taken)
            EventMember(Event.givenUp)
        }
        var event: any DomainEvent {
            switch self {
            case .taken(let event): event
            case .givenUp(let event): event
            }
        }
    }

    static let name = "courses-taken"
    let student: String
    var tags: Set<String> { ["student:\(student)"] }
    var initial: Set<String> { [] }

    func evolve(_ courses: inout Set<String>, _ event: Event) {
        switch event {
        case .taken(let seat): courses.insert(seat.course)
        case .givenUp(let seat): courses.remove(seat.course)
        }
    }
}
