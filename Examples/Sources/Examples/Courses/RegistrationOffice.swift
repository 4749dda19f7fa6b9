import DaybookSourcing

/// A student who wants a seat in a course: what is decided, as a function of what is known. No store, so it can be tried.
struct Registration {
    let student: String
    let course: String
    /// How many courses a student may be in at once.
    var coursesMax = 3

    enum Refusal: Error, Equatable {
        case noSuchCourse
        case courseIsFull(capacity: Int)
        case tooManyCourses(Int)
    }

    func decide(_ seats: Seats.State, _ courses: Set<String>) throws(Refusal) -> [Placed] {
        if courses.contains(course) { return [] }
        guard let capacity = seats.capacity else { throw .noSuchCourse }
        if seats.taken >= capacity { throw .courseIsFull(capacity: capacity) }
        if courses.count >= coursesMax { throw .tooManyCourses(coursesMax) }
        return [SeatTaken(course: course, student: student).in("course-\(course)")]
    }
}

/// Gives away the seats in courses. A decision rests on the course and on the student at once, so neither can guard it alone:
/// each is made over a boundary of its own.
struct RegistrationOffice: Sendable {
    let store: SourcedStore
    var coursesMax = 3

    /// Nothing happens where there is such a course.
    func open(_ course: String, capacity: Int) async throws {
        try await Boundary(Seats(course: course)).decide(in: store) { seats in
            if seats.capacity != nil { return [] }
            return [CourseOpened(course: course, capacity: capacity).in("course-\(course)")]
        }
    }

    /// Gives a student a seat; nothing happens where he has one.
    /// - Throws: `Registration.Refusal`.
    func register(_ student: String, for course: String) async throws {
        let wish = Registration(student: student, course: course, coursesMax: coursesMax)
        try await Boundary(Seats(course: course), CoursesTaken(student: student))
            .decide(in: store) { seats, courses in try wish.decide(seats, courses) }
    }

    /// Takes a seat back; nothing happens where the student has none. This rests on the student alone.
    func unregister(_ student: String, from course: String) async throws {
        try await Boundary(CoursesTaken(student: student)).decide(in: store) { courses in
            guard courses.contains(course) else { return [] }
            return [SeatGivenUp(course: course, student: student).in("course-\(course)")]
        }
    }
}
