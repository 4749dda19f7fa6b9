import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/boundaries.md` that is not in Courses.swift.

/// The free seats of a course that may be overbooked by a few.
struct RoughSeats: QueriedFold {
    static let name = "rough-seats"
    let course: String
    var tags: Set<String> { ["course:\(course)"] }
    var initial: Int? { nil }
    var decidingTypes: [any DomainEvent.Type]? { [CourseDefined.self] }

    func evolve(_ free: inout Int?, _ event: FreeSeats.Event) {
        FreeSeats(course: course).evolve(&free, event)
    }
}

/// Sets a course up, unless there is one of that name.
private func define(_ course: String, capacity: Int, _ store: SourcedStore) async throws {
    try await Boundary(FreeSeats(course: course)).decide(in: store) { seats in
        seats == nil
            ? [CourseDefined(course: course, capacity: capacity).in("course-\(course)")] : []
    }
}

func boundaries() async throws {
    let catalog = try EventCatalog {
        CourseDefined.self
        Enrolled.self
    }
    let store = SourcedStore(ModelStore(), catalog: catalog)
    try await define("swift", capacity: 1, store)
    let place = try await enrol("ada", in: "swift", store)
    print(place?.lastPosition ?? 0)
    do {
        _ = try await enrol("bob", in: "swift", store)
    } catch {
        print("refused: \(error)")
    }
    let again = try await enrol("ada", in: "swift", store)
    print(again == nil)

    try await define("c", capacity: 1, store)
    for _ in 1...2 {
        let seat = try await Boundary(FreeSeats(course: "c")).decide(
            in: store, key: "request-79", refusals: EnrolmentRefusal.self
        ) { free in
            guard let free else { throw EnrolmentRefusal.noSuchCourse }
            if free == 0 { throw EnrolmentRefusal.full }
            return [Enrolled(course: "c", student: "cy").in("course-c")]
        }
        print(seat?.lastPosition ?? 0, seat?.isDuplicate ?? false)
    }
}
