import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// What a list became.
private struct ListSet: DomainEvent {
    static let eventType: EventType = "list-set"
    var items: [String]
}

/// The last list, and what is in it.
private struct List: Fold {
    struct State: Codable, Equatable, Sendable {
        var items: [String] = []
        var set: Set<String> = []
    }

    enum Event: EventSet {
        case set(ListSet)

        static var members: [EventMember<Event>] { EventMember(Event.set) }
        var event: any DomainEvent {
            switch self {
            case .set(let event): event
            }
        }
    }

    static let name = "list"
    var initial: State { State() }
    func evolve(_ state: inout State, _ event: Event) {
        guard case .set(let list) = event else { return }
        state.items = list.items
        // Of another room each time, and so in another order.
        state.set = Set(minimumCapacity: 1 << (list.items.count % 7 + 4))
        state.set.formUnion(list.items)
    }
}

struct `Differences of lists` {
    private let lists: Repository<List>

    init() throws {
        let store = SourcedStore(ModelStore(), catalog: try EventCatalog { ListSet.self })
        lists = try Repository(List(), in: store)
    }

    /// What differs when one list becomes another.
    private func fields(_ old: [String], _ new: [String]) async throws -> [FieldDifference] {
        let old = try await lists.update("1") { _ in [.set(ListSet(items: old))] }
        let new = try await lists.update("1") { _ in [.set(ListSet(items: new))] }
        return try await lists.difference(
            "1", from: .revision(old.revision!), to: .revision(new.revision!)
        ).fields
    }

    @Test(arguments: [
        ("b c", "a b c", ["/items/0: + \"a\""]),
        ("a b c d", "a c d", ["/items/1: - \"b\""]),
        ("a b c d e", "a x c d e", ["/items/1: \"b\" → \"x\""]),
        ("a b c d", "x a b d y", ["/items/0: + \"x\"", "/items/2: - \"c\"", "/items/4: + \"y\""]),
        ("a b c", "b c a", ["/items/0: - \"a\"", "/items/2: + \"a\""]),
        ("", "a", ["/items/0: + \"a\""]), ("a a a", "a a", ["/items/2: - \"a\""]),
        ("a b", "a b", []),
    ])
    func `Name what came and what went`(old: String, new: String, told: [String]) async throws {
        func items(_ text: String) -> [String] { text.split(separator: " ").map { "\($0)" } }
        let fields = try await fields(items(old), items(new))
        #expect(fields.map(\.description).filter { $0.hasPrefix("/items") } == told)
    }

    @Test func `Show nothing of a set that is as it was`() async throws {
        let items = (0..<20).map { "item-\($0)" }
        // One more is another room, and so another order.
        #expect(try await fields(items, items + ["item-1"]).map(\.path) == ["/items/20"])
        let fields = try await fields(items, items + ["more"])
        #expect(fields.map(\.new) == ["\"more\"", "\"more\""])
    }

    @Test func `Blame the elements of a set on what put them there`() async throws {
        let items = (0..<20).map { "item-\($0)" }
        try await lists.update("1") { _ in [.set(ListSet(items: items))] }
        try await lists.update("1") { _ in [.set(ListSet(items: items + ["more"]))] }
        let lines = try await lists.blame("1").lines.filter { $0.path.hasPrefix("/set") }
        #expect(lines.map(\.value) == lines.map(\.value).sorted())
        #expect(lines.filter { $0.event?.revision == 1 }.map(\.value) == ["\"more\""])
        #expect(lines.filter { $0.event?.revision == 0 }.count == 20)
    }

    @Test func `Blame equal elements on their own events, in their order`() async throws {
        for items in [["p", "a"], ["p", "a", "q", "a", "r"], ["x", "a", "y", "a", "z"]] {
            try await lists.update("1") { _ in [.set(ListSet(items: items))] }
        }
        let blame = try await lists.blame("1")
        let revisions = (0..<5).map { blame["/items/\($0)"]?.event?.revision }
        #expect(revisions == [2, 0, 2, 1, 2])
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Lead from one list to the other`(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        for _ in 0..<60 {
            let old = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                ["a", "b", "c", "d"].randomElement(using: &random)!
            }
            var new = old
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let at = Int.random(in: 0...new.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: new.insert("e", at: at)
                case 1 where at < new.count: new.remove(at: at)
                default: new.shuffle(using: &random)
                }
            }
            let fields = try await fields(old, new).compactMap { field in
                field.path.wholeMatch(of: /\/items\/(\d+)/).map { (Int($0.1)!, field) }
            }
            var list = old.map { "\"\($0)\"" }
            for (at, field) in fields.reversed() where field.new == nil {
                #expect(list.remove(at: at) == field.old, "seed \(seed)")
            }
            for (at, field) in fields where field.old == nil {
                list.insert(field.new!, at: at)
            }
            for (at, field) in fields where field.old != nil && field.new != nil {
                #expect(list[at] == field.old, "seed \(seed)")
                list[at] = field.new!
            }
            #expect(list == new.map { "\"\($0)\"" }, "seed \(seed)")
        }
    }
}
