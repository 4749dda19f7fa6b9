import Daybook
import Synchronization

/// Lets students into courses as long as there is room: each decision rests on a query and is
/// recorded on condition that nothing which the query matches came in between.
final class RegistrationOffice: Sendable {
    /// What one clerk knows of a course: how many are in it, and up to where that was read.
    struct Knowledge {
        var active = 0
        var after: Position = 0
    }

    let store: any EventStore
    private let capacities: [String: Int]
    /// Whether those who leave make room.
    private let countsLeavers: Bool
    /// Appends refused because somebody else was faster.
    private let conflicts = Atomic<Int>(0)

    init(_ store: any EventStore, capacities: [String: Int], countsLeavers: Bool) {
        self.store = store
        self.capacities = capacities
        self.countsLeavers = countsLeavers
    }

    var conflictCount: Int { conflicts.load(ordering: .relaxed) }

    /// Registers a student unless the course is full, and says which.
    func register(
        _ enrolment: Enrolment, knowing known: inout [String: Knowledge]
    ) async throws -> Bool {
        let course = enrolment.course
        let event = Event(type: "student-registered", tags: [course, enrolment.student])
        while true {
            let now = try await look(at: course, after: known[course] ?? Knowledge())
            known[course] = now
            if now.active >= capacities[course]! { return false }
            var append = Append([event], to: Self.stream(enrolment))
            append.queryCondition = QueryCondition(
                failIfEventsMatch: query(course), after: now.after)
            do {
                _ = try await store.append(append)
                return true
            } catch {
                guard error.code == .conflict else { throw error }
                conflicts.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    func unregister(_ enrolment: Enrolment) async throws {
        let event = Event(
            type: "student-unregistered", tags: [enrolment.course, enrolment.student])
        _ = try await store.append([event], to: Self.stream(enrolment), expecting: .revision(0))
    }

    /// Reads on from where it was read up to.
    private func look(at course: String, after known: Knowledge) async throws -> Knowledge {
        var known = known
        let cursor = try store.cursor(
            Read(.query(query(course)), from: .position(known.after + 1)))
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                known.active += event.type == "student-registered" ? 1 : -1
                known.after = event.position
            }
        }
        return known
    }

    private func query(_ course: String) -> Query {
        .matching(
            types: countsLeavers
                ? ["student-registered", "student-unregistered"] : ["student-registered"],
            tags: [course])
    }

    private static func stream(_ enrolment: Enrolment) -> String {
        "enrolment-\(enrolment.course)-\(enrolment.student)"
    }
}
