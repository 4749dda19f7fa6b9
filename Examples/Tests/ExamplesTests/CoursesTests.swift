import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import DaybookStore
import Testing

@testable import Examples

struct `A seat in a course` {
    private let ada = Registration(student: "ada", course: "swift", coursesMax: 2)

    @Test func `Is given to who wants it`() {
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseOpened(course: "swift", capacity: 1)
        }
        .when { seats, courses in try ada.decide(seats, courses) }
        .then { SeatTaken(course: "swift", student: "ada") }
    }

    @Test func `Is not given where all are taken`() {
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseOpened(course: "swift", capacity: 1)
            SeatTaken(course: "swift", student: "bob")
        }
        .when { seats, courses in try ada.decide(seats, courses) }
        .thenRefused(Registration.Refusal.courseIsFull(capacity: 1))
    }

    @Test func `Is free again when somebody has left`() {
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseOpened(course: "swift", capacity: 1)
            SeatTaken(course: "swift", student: "bob")
            SeatGivenUp(course: "swift", student: "bob")
        }
        .when { seats, courses in try ada.decide(seats, courses) }
        .then { SeatTaken(course: "swift", student: "ada") }
    }

    @Test func `Is not given to who is in enough courses, whatever others are in`() {
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseOpened(course: "swift", capacity: 9)
            SeatTaken(course: "sql", student: "bob")
            SeatTaken(course: "art", student: "ada")
            SeatTaken(course: "sql", student: "ada")
        }
        .when { seats, courses in try ada.decide(seats, courses) }
        .thenRefused(Registration.Refusal.tooManyCourses(2))
    }

    @Test func `Is not given twice to the same, and there is none where there is no course`() {
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {
            CourseOpened(course: "swift", capacity: 9)
            SeatTaken(course: "swift", student: "ada")
        }
        .when { seats, courses in try ada.decide(seats, courses) }
        .thenNothing()
        given(Seats(course: "swift"), CoursesTaken(student: "ada")) {}
            .when { seats, courses in try ada.decide(seats, courses) }
            .thenRefused(Registration.Refusal.noSuchCourse)
    }
}

/// What many do in one store.
struct `An office that gives seats away` {
    private func office(in store: EmbeddedStore) throws -> RegistrationOffice {
        RegistrationOffice(store: SourcedStore(store, catalog: try coursesCatalog()))
    }

    @Test func `Gives away each seat once, however many want it`() async throws {
        try await withStore { store in
            let office = try office(in: store)
            try await office.open("swift", capacity: 5)
            var seats = 0
            try await sideBySide(Array(1...40)) { number in
                // Two want a seat for the same student: he takes one.
                do {
                    try await office.register("\(number / 2)", for: "swift")
                    return true
                } catch Registration.Refusal.courseIsFull {
                    return false
                }
            } take: { isIn in
                seats += isIn ? 1 : 0
            }
            let taken = try await store.events(
                Read(.query(.matching(types: ["seat-taken"], tags: ["course:swift"]))))
            #expect(taken.count == 5)
            #expect(Set(taken.map(\.tags)).count == 5)
            #expect(seats >= 5)
        }
    }

    @Test func `Takes a seat back, once`() async throws {
        try await withStore { store in
            let office = try office(in: store)
            try await office.open("swift", capacity: 1)
            try await office.open("swift", capacity: 7)
            try await office.register("ada", for: "swift")
            try await office.unregister("ada", from: "swift")
            try await office.unregister("ada", from: "swift")
            let types = try await store.events(Read(.stream("course-swift"))).map(\.type)
            #expect(types == ["course-opened", "seat-taken", "seat-given-up"])
        }
    }

    @Test func `Refuses as many as a plain count by sets says`() async throws {
        var state: UInt64 = 1
        func draw(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        let visits = (0..<200).map { _ in
            OldVisit(course: "\(draw(5))", student: "\(draw(12))", isComing: draw(3) > 0)
        }
        let seats = ["0": 1, "1": 2, "2": 4, "3": 6, "4": 8]
        let counted = OldVisit.refusals(visits, seats: seats, coursesMax: 2)
        #expect(counted.count == 5)
        try await withStore { store in
            let office = RegistrationOffice(
                store: SourcedStore(store, catalog: try coursesCatalog()), coursesMax: 2)
            #expect(try await office.replay(visits, seats) {} == counted)
        }
    }

    @Test func `Replays who came and went, and refuses with a seat less`() async throws {
        try await withStore { history in
            func visit(_ type: String, _ course: String, _ student: String) async throws {
                try await history.append(
                    [
                        Event(
                            type: type, data: "{}",
                            tags: ["course:\(course)", "student:\(student)"])
                    ], to: "enrolment-\(course)-\(student)")
            }
            for student in 1...6 {
                try await visit("student-registered", student % 2 == 0 ? "a" : "b", "\(student)")
            }
            try await visit("student-unregistered", "a", "2")
            try await visit("student-registered", "a", "1")
            try await visit("student-unregistered", "b", "1")
            try await withStore { store in
                var told: [Int] = []
                var lines: [String] = []
                let agreement = try await CoursesExample.replay(
                    from: history, into: store, progress: { done, _ in told.append(done) },
                    print: { lines.append($0) })
                // Nine, and those of b again: a has as many seats, and comes before it.
                #expect(told == Array(1...13))
                #expect(agreement.isWhole && agreement.compared == 5, "\(agreement.examples)")
                #expect(lines.contains("0 courses refuse anybody with the seats that they had:"))
                #expect(lines.contains("    a                 3 seats"))
                #expect(lines.contains("b with one seat less refuses 1"))
                await #expect(throws: ExampleError.self) {
                    _ = try await CoursesExample.replay(
                        from: history, into: store, progress: { _, _ in }, print: { _ in })
                }
            }
        }
    }
}
