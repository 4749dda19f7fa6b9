import Daybook
import DaybookPlatform
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `Blame of events` {
    let baskets: Repository<Basket>

    init() throws {
        baskets = try Repository(
            Basket(), in: SourcedStore(ModelStore(), catalog: Basket.catalog()))
    }

    /// Which revision gave each field its value; -1: none.
    private func blame(_ events: Basket.Event...) async throws -> [String: Int] {
        try await baskets.update("1") { _ in events }
        var revisions: [String: Int] = [:]
        for line in try await baskets.blame("1").lines {
            revisions[line.path] = line.event.map { Int($0.revision) } ?? -1
        }
        return revisions
    }

    @Test func `Names the event that gave a field its value, and none of those that left it`()
        async throws
    {
        let found = try await blame(
            .couponSet(.init(coupon: "A")), .noted(.init(key: "to/do", text: "wrap")),
            .couponSet(.init(coupon: "B")), .couponSet(.init(coupon: "B")))
        #expect(found == ["/coupon": 2, "/notes/to~1do": 1, "/lines": -1])
    }

    @Test func `What is emptied has its emptiness from the event that emptied it`() async throws {
        let found = try await blame(
            .noted(.init(key: "a", text: "x")), .noted(.init(key: "a", text: nil)),
            .couponSet(.init(coupon: "A")), .couponSet(.init(coupon: nil)))
        #expect(found == ["/notes": 1, "/lines": -1])
    }

    @Test func `Elements keep theirs when others come and go before them`() async throws {
        let found = try await blame(
            .put(.init(item: "milk", at: 0)), .put(.init(item: "bread", at: 0)),
            .counted(.init(at: 1, count: 3)), .put(.init(item: "salt", at: 0)),
            .removed(.init(at: 1)))
        #expect(
            found == [
                "/lines/0/item": 3, "/lines/0/count": 3, "/lines/1/item": 0, "/lines/1/count": 2,
                "/notes": -1,
            ])
    }

    @Test func `Of two equal elements, the one that is left keeps its own`() async throws {
        let found = try await blame(
            .put(.init(item: "milk", at: 0)), .put(.init(item: "bread", at: 1)),
            .put(.init(item: "milk", at: 2)), .removed(.init(at: 0)))
        #expect(found["/lines/0/item"] == 1)
        #expect(found["/lines/1/item"] == 2)
    }

    @Test func `Elements that change places keep theirs, as those of a set do`() async throws {
        let store = SourcedStore(
            ModelStore(), catalog: try EventCatalog { Enrolled.self })
        let taken = try Repository(
            CoursesTaken(student: "ada"), category: "student", in: store)
        let courses = (0..<40).map { "course-\($0)" }
        try await taken.update("ada") { _ in
            courses.map { .enrolled(Enrolled(course: $0, student: "ada")) }
        }
        let lines = try await taken.blame("ada").lines
        #expect(lines.count == 40)
        for line in lines { #expect(line.value == "\"course-\(line.event?.revision ?? 99)\"") }
    }

    @Test func `Tells of a point in the past, and of one field`() async throws {
        _ = try await blame(.couponSet(.init(coupon: "A")), .couponSet(.init(coupon: "B")))
        let past = try await baskets.blame("1", at: .revision(0))
        #expect(past["/coupon"]?.value == #""A""#)
        #expect(past["/coupon"]?.description == #"/coupon  "A"  by coupon-set, revision 0"#)
        #expect(past["/lines"]?.description == "/lines  []  from the beginning")
        #expect(past["/nothing"] == nil)
    }

    @Test(arguments: 0..<UInt64(60))
    func `Names exactly the leaves, and a history leads to each state, whatever happens`(
        seed: UInt64
    ) async throws {
        let dice = SeededRandomness(seed: seed)
        func below(_ bound: UInt64) -> Int { Int(dice.next() % bound) }
        let events = (0..<20).map { _ -> Basket.Event in
            switch below(5) {
            case 0: .put(.init(item: ["milk", "bread"][below(2)], at: below(4)))
            case 1: .counted(.init(at: below(4), count: below(3)))
            case 2: .removed(.init(at: below(4)))
            case 3:
                .noted(.init(key: ["a", "b/~", "c"][below(3)], text: [nil, "x", "y"][below(3)]))
            default: .couponSet(.init(coupon: [nil, "A", "B"][below(3)]))
            }
        }
        try await baskets.update("1") { _ in events }
        var revision: Revision = 0
        var state = Basket().initial
        for try await change in baskets.history("1") {
            #expect(change.before == state)
            state = Basket().state(events.prefix(Int(revision) + 1))
            #expect(change.after == state)
            #expect(try await baskets.load("1", at: .revision(revision)).state == state)
            let blame = try await baskets.blame("1", at: .revision(revision))
            let states = (0...revision + 1).map { Basket().state(events.prefix(Int($0))) }
            #expect(blame["/coupon"]?.event?.revision == lastChange(of: \.coupon, in: states))
            for (key, path) in [("a", "a"), ("b/~", "b~1~0"), ("c", "c")]
            where state.notes[key] != nil {
                #expect(
                    blame["/notes/\(path)"]?.event?.revision
                        == lastChange(of: \.notes[key], in: states))
            }
            let lines = blame.lines
            #expect(Set(lines.map(\.path)) == leaves(of: state))
            #expect(lines.count == Set(lines.map(\.path)).count)
            for line in lines {
                guard let event = line.event else { continue }
                let then = try await baskets.blame("1", at: .revision(event.revision))
                #expect(
                    then.lines.contains { $0.value == line.value && $0.event == event },
                    "seed \(seed): \(line) was not so behind its event")
            }
            revision += 1
        }
        #expect(revision == 20)
    }

    /// The revision behind which a field was another than before; nil where there is none, or no field any more.
    private func lastChange(
        of field: KeyPath<Basket.State, String?>, in states: [Basket.State]
    ) -> Revision? {
        if states.last?[keyPath: field] == nil { return nil }
        return (1..<states.count).last {
            states[$0][keyPath: field] != states[$0 - 1][keyPath: field]
        }.map { Revision($0 - 1) }
    }

    /// By hand, so that it does not rest on what it is compared with.
    private func leaves(of state: Basket.State) -> Set<String> {
        var paths: Set<String> = []
        for index in state.lines.indices {
            paths.insert("/lines/\(index)/item")
            paths.insert("/lines/\(index)/count")
        }
        if state.lines.isEmpty { paths.insert("/lines") }
        for key in state.notes.keys { paths.insert("/notes/" + (key == "b/~" ? "b~1~0" : key)) }
        if state.notes.isEmpty { paths.insert("/notes") }
        if state.coupon != nil { paths.insert("/coupon") }
        return paths
    }
}
