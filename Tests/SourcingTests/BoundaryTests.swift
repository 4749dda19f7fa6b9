import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
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

    /// How many events a decision about a student and a course reads.
    private func eventsRead(
        _ store: any EventStore, _ body: (SourcedStore) async throws -> Void
    ) async throws -> [Int] {
        let read = Mutex<[Int]>([])
        let watched = SourcedStore(store, catalog: self.store.catalog) { signal in
            if case .loaded(_, let events, _) = signal { read.withLock { $0.append(events) } }
        }
        try await body(watched)
        return read.withLock { $0 }
    }

    @Test func `Reads what has come since it was last read`() async throws {
        try await define("swift", capacity: 5)
        let read = try await eventsRead(store.store) { watched in
            _ = try await enrol("ada", in: "swift", watched)
            _ = try await enrol("bob", in: "swift", watched)
            _ = try await enrol("bob", in: "swift", watched)
            // Of others, in another process.
            _ = try await enrol("cy", in: "swift", store)
            _ = try await enrol("bob", in: "swift", watched)
            let free = try await Boundary(FreeSeats(course: "swift")).load(in: watched).states
            #expect(free == 2)
        }
        #expect(read == [1, 1, 1, 1, 0])
    }

    /// A store with a course of two seats, in which bob sits.
    private func course() async throws -> ModelStore {
        let model = ModelStore()
        let (defined, enrolled) = (
            #"{"course":"c","capacity":2}"#, #"{"course":"c","student":"bob"}"#
        )
        try await model.append(
            [
                Event(type: "course-defined", data: defined, tags: ["course:c"]),
                Event(type: "student-enrolled", data: enrolled, tags: ["course:c"]),
            ], to: "course-c")
        return model
    }

    @Test func `Knows nothing any more of what a compaction has removed`() async throws {
        let model = try await course()
        let store = SourcedStore(model, catalog: store.catalog)
        let boundary = Boundary(FreeSeats(course: "c"))
        var states = try await boundary.load(in: store).states
        #expect(states == 1)
        try model.remove([2])
        try await model.beginCompaction()
        states = try await boundary.load(in: store).states
        #expect(states == 2)
    }

    @Test func `Keeps nothing that was read while a compaction began`() async throws {
        let model = try await course()
        let busy = BusyStore(model) { model throws(StoreError) in
            if try await model.head().position > 2 { return }
            try await model.beginCompaction()
            let enrolled = #"{"course":"c","student":"cy"}"#
            let event = Event(type: "student-enrolled", data: enrolled, tags: ["course:c"])
            try await model.append(Append([event], to: "course-c"))
        }
        let store = SourcedStore(busy, catalog: store.catalog)
        let boundary = Boundary(FreeSeats(course: "c"))
        var states = try await boundary.load(in: store).states
        #expect(states == 0)
        try model.remove([2])
        states = try await boundary.load(in: store).states
        #expect(states == 1)
    }

    @Test func `Keeps nothing where it is told so`() async throws {
        try await define("swift", capacity: 5)
        let read = Mutex<[Int]>([])
        let forgetful = SourcedStore(store.store, catalog: store.catalog, foldsKeptMax: 0) {
            if case .loaded(_, let events, _) = $0 { read.withLock { $0.append(events) } }
        }
        _ = try await enrol("ada", in: "swift", forgetful)
        _ = try await enrol("bob", in: "swift", forgetful)
        #expect(read.withLock { $0 } == [1, 2])
    }
}
