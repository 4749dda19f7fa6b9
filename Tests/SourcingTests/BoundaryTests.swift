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

    @Test func `Folds into each part what has all of its tags, and nothing of the others`()
        async throws
    {
        try await define("swift", capacity: 5)
        try await define("c", capacity: 5)
        for course in ["swift", "c"] { _ = try await enrol("ada", in: course, store) }
        _ = try await enrol("bob", in: "c", store)
        let (free, taken) = try await Boundary(
            FreeSeats(course: "swift"), CoursesTaken(student: "ada")
        ).load(in: store).states
        #expect(free == 4 && taken == ["swift", "c"])
    }

    /// How often it is decided while somebody else enrols each time somebody is about to.
    private func attempts<Part: QueriedFold>(_ part: Part) async throws -> Int {
        let engine = ModelStore()
        let meddled = MeddlingStore(engine) { store, append throws(StoreError) in
            if try await store.head().position > 1 { return }
            let enrolled = #"{"course":"swift","student":"bob"}"#
            let event = Event(type: "student-enrolled", data: enrolled, tags: ["course:swift"])
            try await store.append(Append([event], to: "course-swift"))
        }
        let defined = #"{"course":"swift","capacity":1}"#
        try await engine.append(
            [Event(type: "course-defined", data: defined, tags: ["course:swift"])],
            to: "course-swift")
        var attempts = 0
        try await Boundary(part).decide(in: SourcedStore(meddled, catalog: store.catalog)) { _ in
            attempts += 1
            return [Enrolled(course: "swift", student: "ada").in("course-swift")]
        }
        return attempts
    }

    @Test func `Is decided on again only for what makes it void`() async throws {
        #expect(try await attempts(FreeSeats(course: "swift")) == 2)
        #expect(try await attempts(RoughSeats(course: "swift")) == 1)
        #expect(try await attempts(FreeSeats(course: "c")) == 1)
    }
}
