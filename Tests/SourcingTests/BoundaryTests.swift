import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `A boundary` {
    let store: SourcedStore

    init() throws {
        let catalog = try EventCatalog {
            CourseDefined.self
            Enrolled.self
        }
        store = SourcedStore(ModelStore(), catalog: catalog)
    }

    private func define(_ course: String, capacity: Int) async throws {
        try await Boundary(FreeSeats(course: course)).decide(in: store) { seats in
            seats == nil
                ? [CourseDefined(course: course, capacity: capacity).in("course-\(course)")] : []
        }
    }

    @Test func `Rests on the events of all its parts`() async throws {
        try await define("swift", capacity: 2)
        #expect(try await enrol("ada", in: "swift", store) != nil)
        #expect(try await enrol("ada", in: "swift", store) == nil)
        #expect(try await enrol("bob", in: "swift", store) != nil)
        await #expect(throws: EnrolmentRefusal.full) { try await enrol("cy", in: "swift", store) }
        await #expect(throws: EnrolmentRefusal.noSuchCourse) {
            try await enrol("cy", in: "c", store)
        }
    }

    @Test func `Gives away no seat twice, however many want it at once`() async throws {
        try await define("swift", capacity: 5)
        let seats = await withTaskGroup(of: Bool.self) { group in
            for student in 0..<20 {
                group.addTask {
                    let done = try? await enrol("student-\(student)", in: "swift", store)
                    return (done ?? nil) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(seats == 5)
        let free = try await Boundary(FreeSeats(course: "swift")).load(in: store).states
        #expect(free == 0)
    }
}
