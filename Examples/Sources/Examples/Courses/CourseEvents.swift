import Daybook
import DaybookSourcing

// What can happen around courses. Tags say what an event is about: a seat that is taken is about a course and about a
// student, and whoever asks for either finds it.

struct CourseOpened: DomainEvent, Equatable {
    static let eventType: EventType = "course-opened"
    var course: String
    var capacity: Int
    var tags: Set<String> { ["course:\(course)"] }
}

struct SeatTaken: DomainEvent, Equatable {
    static let eventType: EventType = "seat-taken"
    var course: String
    var student: String
    var tags: Set<String> { ["course:\(course)", "student:\(student)"] }
}

struct SeatGivenUp: DomainEvent, Equatable {
    static let eventType: EventType = "seat-given-up"
    var course: String
    var student: String
    var tags: Set<String> { ["course:\(course)", "student:\(student)"] }
}

func coursesCatalog() throws -> EventCatalog {
    try EventCatalog {
        CourseOpened.self
        SeatTaken.self
        SeatGivenUp.self
    }
}
