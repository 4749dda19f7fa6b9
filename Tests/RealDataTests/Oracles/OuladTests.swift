import Daybook
import DaybookJSON
import DaybookStore
import Testing

/// Who was in which course, and how it ended.
struct OuladTally: Tally {
    struct Course: Equatable {
        var registered = 0
        var unregistered = 0
        var active = 0
        var peak = 0
        var results: [String: Int] = [:]
    }

    struct Student: Equatable {
        var registrations = 0
        /// Enrolments without an end or a result so far.
        var open: Set<String> = []
        var peak = 0
    }

    var courses: [String: Course] = [:]
    var students: [String: Student] = [:]
    var unregistered: Set<String> = []
    var results: [String: String] = [:]

    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws {
        guard let tag = names.tags.first(where: { $0.hasPrefix("course:") }),
            let student = names.tags.first(where: { $0.hasPrefix("student:") })
        else { return }
        var course = courses[tag] ?? Course()
        switch names.type {
        case "student-registered":
            course.registered += 1
            course.active += 1
            course.peak = max(course.peak, course.active)
            students[student, default: Student()].registrations += 1
            students[student]?.open.insert(names.stream)
        case "student-unregistered":
            course.unregistered += 1
            course.active -= 1
            unregistered.insert(names.stream)
            students[student]?.open.remove(names.stream)
        default:
            let result = try Fields(event).texts["result"] ?? ""
            course.results[result, default: 0] += 1
            results[names.stream] = result
            students[student]?.open.remove(names.stream)
        }
        courses[tag] = course
        if let now = students[student] { students[student]?.peak = max(now.open.count, now.peak) }
    }
}

extension RealData {
    @Suite struct `The university of 2013` {
        private func imported() async throws -> ImportedSet<OuladTally> {
            try await .shared(.oulad)
        }

        @Test func `Every line is recorded as it stands, in its place`() async throws {
            let set = try await imported()
            set.checkLines()
            try await set.checkSecondImport()
        }

        @Test(arguments: RealSet.oulad.ways)
        func `Students, courses and results are those published`(way: Way) async throws {
            let set = try await imported()
            let (states, oracle) = (try await set.states(way), set.oracle)
            #expect(states.students.count == oracle.integer("students"))
            #expect(states.courses.count == oracle.integer("courses"))
            let registered = states.courses.values.reduce(0) { $0 + $1.registered }
            #expect(registered == oracle.integer("published", "student_course_rows"))
            var counts: [String: Int] = [:]
            var cross: [String: Int] = [:]
            for (stream, result) in states.results {
                counts[result, default: 0] += 1
                let left = states.unregistered.contains(stream) ? "True" : "False"
                cross["unregistered=\(left),\(result)", default: 0] += 1
            }
            #expect(counts == oracle.counts("final_results"))
            #expect(cross == oracle.counts("unregistered_x_result"))
        }

        @Test(arguments: RealSet.oulad.ways)
        func `The peaks of courses and students are as known`(way: Way) async throws {
            let set = try await imported()
            let (states, oracle) = (try await set.states(way), set.oracle)
            for (course, peak) in oracle.counts("peak_active_by_course") {
                #expect(states.courses[course]?.peak == peak)
            }
            let peaks = states.students.values.map(\.peak)
            #expect(peaks.max() == oracle.integer("peak_concurrent_courses_of_one_student"))
            #expect(
                peaks.count { $0 > 1 } == oracle.integer("students_in_more_than_one_course_at_once")
            )
        }

        @Test(arguments: RealSet.oulad.ways)
        func `Each course and each student ends as its table says`(way: Way) async throws {
            let states = try await imported().states(way)
            let courses = try RealSet.oulad.table("oracle_courses")
            #expect(courses.count == states.courses.count)
            for (tag, course) in states.courses {
                let results = ["Pass", "Fail", "Withdrawn", "Distinction"]
                    .map { course.results[$0] ?? 0 }
                let row = [course.registered, course.unregistered, course.peak] + results
                #expect(courses[tag] == row.map(String.init), "\(tag)")
            }
            let students = try RealSet.oulad.table("oracle_students")
            #expect(students.count == states.students.count)
            let wrong = states.students.filter {
                students[$0.key] != ["\($0.value.registrations)", "\($0.value.peak)"]
            }
            #expect(wrong.keys.sorted().prefix(5) == [])
        }

        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `Reads and past states agree with a scan`(seed: UInt64) async throws {
            let set = try await imported()
            try await set.checkReads(seed: seed)
            try await set.checkPastStates(seed: seed)
        }
    }
}
