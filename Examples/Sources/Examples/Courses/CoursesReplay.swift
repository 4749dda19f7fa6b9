import Daybook
import DaybookSourcing

extension CoursesExample {
    /// Has all registrations of a university decided again. With as many seats as were ever taken at once every one passes; then
    /// the course that most wanted to be in is given one seat less, and refuses somebody.
    /// - Parameters:
    ///   - history: The university's registrations, imported.
    ///   - store: Where they are recorded anew; it has no courses yet.
    ///   - progress: Told of decisions that are made, of how many, after each.
    ///   - print: Called with one line at a time.
    /// - Throws: ``ExampleError`` where there is nothing to replay, or `store` has courses.
    public nonisolated(nonsending) static func replay(
        from history: any EventStore, into store: any EventStore,
        progress: (_ done: Int, _ total: Int) -> Void, print: (String) -> Void
    ) async throws -> Agreement {
        let visits = try await OldVisit.all(in: history)
        let peaks = OldVisit.peaks(visits)
        guard let fullest = peaks.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
            throw ExampleError.nothingToReplay("registrations of students")
        }
        try await store.requireNone(of: "course")
        let office = RegistrationOffice(store: SourcedStore(store, catalog: try coursesCatalog()))
        let again = visits.filter { $0.course == fullest.key }
            .map { $0.moved(to: "one seat less") }
        let total = visits.count + again.count
        var done = 0
        func tell() {
            done += 1
            progress(done, total)
        }
        let refused = try await office.replay(visits, peaks, tell)
        let seatsLess = OldVisit.peaks(again).mapValues { $0 - 1 }
        let refusedWithLess = try await office.replay(again, seatsLess, tell)

        var agreement = Agreement()
        for course in peaks.keys.sorted() {
            agreement.compare(
                refused[course] ?? 0, with: 0, "how many \(course) refuses with enough seats")
            let left = visits.filter { $0.course == course }.reduce(0) {
                $0 + ($1.isComing ? 1 : -1)
            }
            let seats = try await Boundary(Seats(course: course)).load(in: office.store).states
            agreement.compare(seats.taken, with: left, "how many are in \(course) at the end")
        }
        let refusals = refusedWithLess.values.reduce(0, +)
        let counted = OldVisit.refusals(again, seats: seatsLess, coursesMax: office.coursesMax)
        agreement.compare(
            refusedWithLess, with: counted, "how many \(fullest.key) refuses with a seat less")

        print("\(Decimals.text(visits.count)) decisions on \(peaks.count) courses")
        print("\(refused.count) courses refuse anybody with the seats that they had:")
        for (course, peak) in peaks.sorted(by: { $0.key < $1.key }) {
            print("    \(Columns.left(course, 12)) \(Columns.right(Decimals.text(peak), 6)) seats")
        }
        print("\(fullest.key) with one seat less refuses \(Decimals.text(refusals))")
        return agreement
    }
}

extension OldVisit {
    /// The same elsewhere: of another course and another student, who have nothing to do with these.
    func moved(to place: String) -> OldVisit {
        OldVisit(
            course: "\(course) (\(place))", student: "\(student) (\(place))", isComing: isComing)
    }
}

extension RegistrationOffice {
    /// Opens courses and has all come and go in their order.
    /// - Returns: how many each course has refused.
    nonisolated(nonsending) func replay(
        _ visits: [OldVisit], _ capacities: [String: Int], _ progress: () -> Void
    ) async throws -> [String: Int] {
        for (course, capacity) in capacities {
            try await open(course, capacity: capacity)
        }
        var refused: [String: Int] = [:]
        for visit in visits {
            do {
                if visit.isComing {
                    try await register(visit.student, for: visit.course)
                } else {
                    try await unregister(visit.student, from: visit.course)
                }
            } catch is Registration.Refusal {
                refused[visit.course, default: 0] += 1
            }
            progress()
        }
        return refused
    }
}
