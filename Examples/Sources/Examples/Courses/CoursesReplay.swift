import Daybook
import DaybookSourcing

extension CoursesExample {
    /// Has all registrations of a university decided again: with as many seats as were ever taken at once every one passes, and
    /// with one less each course refuses somebody.
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
        if visits.isEmpty { throw ExampleError.nothingToReplay("registrations of students") }
        try await store.requireNone(of: "course")
        let peaks = OldVisit.peaks(visits)
        let office = RegistrationOffice(store: SourcedStore(store, catalog: try coursesCatalog()))
        var done = 0
        nonisolated(nonsending) func replay(_ term: String, seatsLess: Int) async throws -> [String:
            Int]
        {
            try await office.replay(visits, term, peaks.mapValues { $0 - seatsLess }) {
                done += 1
                progress(done, 2 * visits.count)
            }
        }
        let refused = try await replay("as it was", seatsLess: 0)
        let refusedWithLess = try await replay("one seat less", seatsLess: 1)

        var agreement = Agreement()
        for course in peaks.keys.sorted() {
            agreement.compare(
                refused[course] ?? 0, with: 0, "how many \(course) refuses with enough seats")
            agreement.compare(
                (refusedWithLess[course] ?? 0) > 0, with: true,
                "whether \(course) refuses somebody with a seat less")
        }
        for (course, seats) in try await office.seatsTaken(in: peaks.keys, "as it was") {
            let left = visits.reduce(0) {
                $0 + ($1.course == course ? ($1.isComing ? 1 : -1) : 0)
            }
            agreement.compare(seats, with: left, "how many are in \(course) at the end")
        }
        print(
            "\(Decimals.text(visits.count)) decisions on \(peaks.count) courses, made twice; refused:"
        )
        print("    \(Columns.left("course", 12))  seats  enough  one less")
        for (course, peak) in peaks.sorted(by: { $0.key < $1.key }) {
            print(
                "    \(Columns.left(course, 12))  \(Columns.right(Decimals.text(peak), 5))"
                    + "  \(Columns.right("\(refused[course] ?? 0)", 6))"
                    + "  \(Columns.right("\(refusedWithLess[course] ?? 0)", 8))")
        }
        return agreement
    }
}

extension RegistrationOffice {
    /// What a course or a student is called in one of several terms, so that they have nothing to do with each other.
    private static func name(_ name: String, _ term: String) -> String { "\(name) (\(term))" }

    /// Opens courses and has all come and go in their order.
    /// - Returns: how many each course has refused.
    nonisolated(nonsending) fileprivate func replay(
        _ visits: [OldVisit], _ term: String, _ capacities: [String: Int], progress: () -> Void
    ) async throws -> [String: Int] {
        for (course, capacity) in capacities {
            try await open(Self.name(course, term), capacity: capacity)
        }
        var refused: [String: Int] = [:]
        for visit in visits {
            let (course, student) = (Self.name(visit.course, term), Self.name(visit.student, term))
            do {
                if visit.isComing {
                    try await register(student, for: course)
                } else {
                    try await unregister(student, from: course)
                }
            } catch is Registration.Refusal {
                refused[visit.course, default: 0] += 1
            }
            progress()
        }
        return refused
    }

    fileprivate func seatsTaken(
        in courses: some Collection<String>, _ term: String
    ) async throws -> [String: Int] {
        var taken: [String: Int] = [:]
        for course in courses {
            let seats = Boundary(Seats(course: Self.name(course, term)))
            taken[course] = try await seats.load(in: store).states.taken
        }
        return taken
    }
}
