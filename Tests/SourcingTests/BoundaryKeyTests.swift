import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

/// How often something was asked.
private final class Counter: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
}

struct `A decision of a boundary under a key` {
    let time = TestTime()
    let store: SourcedStore
    /// How often it was decided.
    private let asked = Counter()

    init() throws {
        let time = time
        let catalog = try EventCatalog {
            CourseDefined.self
            Enrolled.self
        }
        store = SourcedStore(ModelStore(), catalog: catalog, now: { time.now })
    }

    private func define(_ course: String, capacity: Int) async throws {
        try await Boundary(FreeSeats(course: course)).decide(in: store) { _ in
            [CourseDefined(course: course, capacity: capacity).in("course-\(course)")]
        }
    }

    /// Takes a seat, also for one who has one.
    private func seat(
        _ student: String, in course: String, key: String, _ store: SourcedStore? = nil
    ) async throws -> Appended? {
        try await Boundary(FreeSeats(course: course), CoursesTaken(student: student)).decide(
            in: store ?? self.store, key: key, refusals: EnrolmentRefusal.self
        ) { free, taken in
            asked.add()
            guard let free else { return [] }
            if free == 0 { throw EnrolmentRefusal.full }
            return [
                Enrolled(course: course, student: student).in("student-\(student)"),
                Enrolled(course: course, student: "a friend").in("course-\(course)"),
                Enrolled(course: course, student: student).in("student-\(student)"),
            ]
        }
    }

    @Test func `Is made once, and answered as the first time`() async throws {
        try await define("swift", capacity: 9)
        let first = try #require(try await seat("ada", in: "swift", key: "a"))
        try await define("c", capacity: 1)
        let again = try #require(try await seat("ada", in: "swift", key: "a"))
        #expect(!first.isDuplicate && again.isDuplicate)
        #expect(again.firstPosition == first.firstPosition)
        #expect(again.lastPosition == first.lastPosition && again.lastPosition == 4)
        #expect(Set(again.streams) == Set(first.streams) && again.streams.count == 2)
        #expect(asked.count == 1)
    }

    @Test func `Is refused again as it was refused first, and so is one that led to nothing`()
        async throws
    {
        #expect(try await seat("ada", in: "swift", key: "a") == nil)
        try await define("swift", capacity: 0)
        #expect(try await seat("ada", in: "swift", key: "a") == nil)
        await #expect(throws: EnrolmentRefusal.full) {
            try await seat("ada", in: "swift", key: "b")
        }
        try await define("swift", capacity: 9)
        await #expect(throws: EnrolmentRefusal.full) {
            try await seat("ada", in: "swift", key: "b")
        }
        #expect(asked.count == 2)
    }

    @Test func `Is another one than that of another boundary, which is told`() async throws {
        try await define("swift", capacity: 9)
        _ = try await seat("ada", in: "swift", key: "a")
        let error = await #expect(throws: SourcingError.self) {
            try await seat("bob", in: "swift", key: "a")
        }
        #expect(error?.code == .keyReused && error?.place == "free-seats + courses-taken")
    }

    @Test func `Is made once by all who ask for it at the same time`() async throws {
        try await define("swift", capacity: 9)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { _ = try await seat("ada", in: "swift", key: "a") }
            }
            try await group.waitForAll()
        }
        #expect(try await store.store.head().position == 4)
    }

    @Test func `Is decided again where something came in the meantime, and keeps the last`()
        async throws
    {
        try await define("swift", capacity: 1)
        let inner = try #require(store.store as? ModelStore)
        let once = Once()
        let meddled = MeddlingStore(inner) { store, append throws(StoreError) in
            if !once.isFirst { return }
            let enrolled = #"{"course":"swift","student":"bob"}"#
            try await store.append(
                [Event(type: "student-enrolled", data: enrolled, tags: ["course:swift"])],
                to: "course-swift")
        }
        for _ in 0..<2 {
            await #expect(throws: EnrolmentRefusal.full) {
                try await seat(
                    "ada", in: "swift", key: "a",
                    SourcedStore(meddled, catalog: store.catalog, now: { time.now }))
            }
        }
        #expect(asked.count == 2)
    }

    @Test func `Is answered, and not made again, where what it led to is gone`() async throws {
        try await define("swift", capacity: 9)
        _ = try await seat("ada", in: "swift", key: "a")
        try await store.store.delete("student-ada")
        let head = try await store.store.head().position
        let gone = try #require(try await seat("ada", in: "swift", key: "a"))
        #expect(gone.isDuplicate && gone.streams.isEmpty && gone.lastPosition == head)
    }

    @Test func `Is made again when its outcome was kept long enough`() async throws {
        try await define("swift", capacity: 9)
        _ = try await seat("ada", in: "swift", key: "a")
        #expect(try await store.forgetOutcomes() == 0)
        time.pass(.seconds(7 * 86_400 + 1))
        #expect(try await store.forgetOutcomes() == 1)
        #expect(try await seat("ada", in: "swift", key: "a")?.isDuplicate == false)
    }
}
