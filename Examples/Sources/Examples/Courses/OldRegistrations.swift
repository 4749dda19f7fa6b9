import Daybook
import DaybookSourcing

// Who came and went at another university, as it has recorded it: what an event is about stands in its tags alone.

struct OldRegistration: DomainEvent {
    static let eventType: EventType = "student-registered"
}

struct OldUnregistration: DomainEvent {
    static let eventType: EventType = "student-unregistered"
}

enum OldCourseEvent: EventSet {
    case registered(OldRegistration)
    case unregistered(OldUnregistration)

    static var members: [EventMember<OldCourseEvent>] {
        EventMember(OldCourseEvent.registered)
        EventMember(OldCourseEvent.unregistered)
    }
    var event: any DomainEvent {
        switch self {
        case .registered(let event): event
        case .unregistered(let event): event
        }
    }
}

/// Somebody who came into a course, or left it.
struct OldVisit: Sendable {
    var course: String
    var student: String
    var isComing: Bool

    /// All of a history, in order.
    static func all(in history: any EventStore) async throws -> [OldVisit] {
        let catalog = try EventCatalog(unknown: .skip) {
            OldRegistration.self
            OldUnregistration.self
        }
        var visits: [OldVisit] = []
        let store = SourcedStore(history, catalog: catalog)
        for try await old in try store.read(OldCourseEvent.self, Read(.category("enrolment"))) {
            func name(_ kind: String) -> String? {
                old.recorded.tags.first { $0.hasPrefix(kind) }.map {
                    String($0.dropFirst(kind.count))
                }
            }
            guard let course = name("course:"), let student = name("student:") else { continue }
            var isComing = false
            if case .registered = old.event { isComing = true }
            visits.append(OldVisit(course: course, student: student, isComing: isComing))
        }
        return visits
    }

    /// The most that were in each course at once.
    static func peaks(_ visits: [OldVisit]) -> [String: Int] {
        var taken: [String: Int] = [:]
        var peaks: [String: Int] = [:]
        for visit in visits {
            taken[visit.course, default: 0] += visit.isComing ? 1 : -1
            peaks[visit.course] = max(peaks[visit.course] ?? 0, taken[visit.course] ?? 0)
        }
        return peaks
    }

    /// How many each course would have to refuse: counted by sets alone, to hold decisions to it. Who is refused does not
    /// come in, and so does not leave either.
    static func refusals(
        _ visits: [OldVisit], seats: [String: Int], coursesMax: Int
    ) -> [String: Int] {
        var students: [String: Set<String>] = [:]
        var courses: [String: Set<String>] = [:]
        var refused: [String: Int] = [:]
        for visit in visits {
            let isIn = courses[visit.student]?.contains(visit.course) ?? false
            if !visit.isComing {
                students[visit.course]?.remove(visit.student)
                courses[visit.student]?.remove(visit.course)
            } else if !isIn {
                let isFull = students[visit.course]?.count ?? 0 >= seats[visit.course] ?? 0
                if isFull || courses[visit.student]?.count ?? 0 >= coursesMax {
                    refused[visit.course, default: 0] += 1
                } else {
                    students[visit.course, default: []].insert(visit.student)
                    courses[visit.student, default: []].insert(visit.course)
                }
            }
        }
        return refused
    }
}
