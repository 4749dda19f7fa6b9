import Daybook
import DaybookSourcing

/// Courses with so many seats, for students who may take so many: decisions over two things at once.
public enum CoursesExample {
    /// Gives seats away, the last ones to many who want them at the same moment.
    /// - Parameters:
    ///   - store: Where it is recorded, as courses of their own.
    ///   - print: Called with one line at a time.
    public nonisolated(nonsending) static func run(
        in store: any EventStore, print: (String) -> Void
    ) async throws {
        let number = try await store.unusedNumber { "course-swift-\($0)" }
        let (swift, sql) = ("swift-\(number)", "sql-\(number)")
        let office = RegistrationOffice(
            store: SourcedStore(store, catalog: try coursesCatalog()), coursesMax: 2)
        try await office.open(swift, capacity: 2)
        try await office.open(sql, capacity: 5)
        try await office.open("art-\(number)", capacity: 20)
        print("There are courses \(swift) with 2 seats, \(sql) with 5 and art-\(number) with 20.")
        print("A student may be in 2 of them.")

        nonisolated(nonsending) func wish(_ student: String, _ course: String) async throws {
            do {
                try await office.register("\(student)-\(number)", for: course)
                print("\(student) is in \(course)")
            } catch let refusal as Registration.Refusal {
                print("\(student) is not in \(course): \(refusal)")
            }
        }
        try await wish("Ada", swift)
        try await wish("Bob", swift)
        try await wish("Cleo", swift)
        try await office.unregister("Bob-\(number)", from: swift)
        print("Bob leaves")
        try await wish("Cleo", swift)
        try await wish("Cleo", "art-\(number)")
        try await wish("Cleo", sql)

        // Each decides on what it has read; whoever records first wins, and the others decide anew.
        let students = (1...20).map { "student-\(number)-\($0)" }
        var seats = 0
        try await sideBySide(students) { student in
            do {
                try await office.register(student, for: sql)
                return true
            } catch Registration.Refusal.courseIsFull {
                return false
            }
        } take: { hasSeat in
            seats += hasSeat ? 1 : 0
        }
        print("")
        print("20 students want into \(sql) at the same moment: \(seats) have a seat.")
        print("")
        print("What is recorded about \(swift), in whatever streams:")
        let events = try await store.events(Read(.query(.tags(["course:\(swift)"]))))
        for event in events {
            print("    \(event.type)  \(event.tags.sorted().joined(separator: " "))")
        }
    }
}
