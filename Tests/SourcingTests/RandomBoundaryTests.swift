import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// What has happened to courses, as a plain list.
private struct PlainCourses {
    enum Fact {
        case defined(String, Int)
        case enrolled(String, String)
        case gone
    }

    /// By position, from 1.
    var facts: [Fact] = []

    func free(_ course: String) -> Int? {
        var free: Int?
        for fact in facts {
            switch fact {
            case .defined(course, let capacity): free = capacity
            case .enrolled(course, _): free = free.map { $0 - 1 }
            default: break
            }
        }
        return free
    }

    func taken(_ student: String) -> Set<String> {
        Set(
            facts.compactMap { if case .enrolled(let course, student) = $0 { course } else { nil } }
        )
    }

    /// Why a seat is not given; nil where there is nothing against it.
    func refusal(_ student: String, _ course: String) -> EnrolmentRefusal? {
        guard let free = free(course) else { return .noSuchCourse }
        if free == 0 { return .full }
        return taken(student).count == 3 ? .tooManyCourses : nil
    }
}

/// The same decisions by boundaries that keep states, keep few of them, or none, against a plain list; others record, and
/// compactions remove, in between.
@Suite struct `Random decisions of boundaries` {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `Rest on the same states whoever decides`(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let model = ModelStore()
        let catalog = try EventCatalog {
            CourseDefined.self
            Enrolled.self
        }
        let stores = [100, 100, 2, 0].map {
            SourcedStore(model, catalog: catalog, foldsKeptMax: $0)
        }
        var plain = PlainCourses()
        for step in 0..<120 {
            let comment = Comment(rawValue: "seed \(seed), step \(step)")
            let course = ["swift", "c", "go", "ada", "lisp"].randomElement(using: &random)!
            let student = ["ann", "bob", "cy", "di"].randomElement(using: &random)!
            let store = stores.randomElement(using: &random)!
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let capacity = Int.random(in: 1...4, using: &random)
                try await model.append(
                    [
                        Event(
                            type: "course-defined",
                            data: #"{"course":"\#(course)","capacity":\#(capacity)}"#,
                            tags: ["course:\(course)"])
                    ], to: "course-\(course)")
                plain.facts.append(.defined(course, capacity))
            case 1 where !plain.facts.isEmpty:
                let position = Int.random(in: 1...plain.facts.count, using: &random)
                try await compact(model, removing: Position(position))
                plain.facts[position - 1] = .gone
                plain.facts.append(.gone)
            default:
                let taken = plain.taken(student).contains(course)
                let refusal = taken ? nil : plain.refusal(student, course)
                do {
                    let done = try await enrol(student, in: course, store)
                    #expect(refusal == nil && (done == nil) == taken, comment)
                    if done != nil { plain.facts.append(.enrolled(course, student)) }
                } catch let error as EnrolmentRefusal { #expect(error == refusal, comment) }
            }
            let states = try await Boundary(
                FreeSeats(course: course), CoursesTaken(student: student)
            ).load(in: store).states
            #expect(states == (plain.free(course), plain.taken(student)), comment)
        }
    }

    /// Takes an event away, as a compaction does.
    private func compact(_ model: ModelStore, removing position: Position) async throws {
        try model.remove([position])
        try await model.beginCompaction()
    }
}
