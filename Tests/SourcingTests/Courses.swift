import Daybook
import DaybookSourcing

struct CourseDefined: DomainEvent, Equatable {
    static let eventType: EventType = "course-defined"
    var course: String
    var capacity: Int
    var tags: Set<String> { ["course:\(course)"] }
}

struct Enrolled: DomainEvent, Equatable {
    static let eventType: EventType = "student-enrolled"
    var course: String
    var student: String
    var tags: Set<String> { ["course:\(course)", "student:\(student)"] }
}

/// How many seats of a course are free; nil where there is no such course.
struct FreeSeats: QueriedFold {
    enum Event: EventSet {
        case defined(CourseDefined)
        case enrolled(Enrolled)

        static var members: [EventMember<Event>] {
            EventMember(Event.defined)
            EventMember(Event.enrolled)
        }
        var event: any DomainEvent {
            switch self {
            case .defined(let event): event
            case .enrolled(let event): event
            }
        }
    }

    static let name = "free-seats"
    let course: String
    var tags: Set<String> { ["course:\(course)"] }
    var initial: Int? { nil }

    func evolve(_ free: inout Int?, _ event: Event) {
        switch event {
        case .defined(let course): free = course.capacity
        case .enrolled: free = free.map { $0 - 1 }
        }
    }
}

/// The courses that a student is enrolled in.
struct CoursesTaken: QueriedFold {
    enum Event: EventSet {
        case enrolled(Enrolled)

        static var members: [EventMember<Event>] { EventMember(Event.enrolled) }
        var event: any DomainEvent {
            switch self {
            case .enrolled(let event): event
            }
        }
    }

    static let name = "courses-taken"
    let student: String
    var tags: Set<String> { ["student:\(student)"] }
    var initial: Set<String> { [] }

    func evolve(_ courses: inout Set<String>, _ event: Event) {
        if case .enrolled(let enrolled) = event { courses.insert(enrolled.course) }
    }
}

enum EnrolmentRefusal: Error, Codable {
    case noSuchCourse
    case full
    case tooManyCourses
}

/// Enrols a student, who may take so many courses, unless the course is full.
func enrol(_ student: String, in course: String, coursesMax: Int = 3, _ store: SourcedStore)
    async throws -> Appended?
{
    try await Boundary(FreeSeats(course: course), CoursesTaken(student: student)).decide(in: store)
    { free, taken in
        if taken.contains(course) { return [] }
        guard let free else { throw EnrolmentRefusal.noSuchCourse }
        if free == 0 { throw EnrolmentRefusal.full }
        if taken.count == coursesMax { throw EnrolmentRefusal.tooManyCourses }
        return [Enrolled(course: course, student: student).in("course-\(course)")]
    }
}
