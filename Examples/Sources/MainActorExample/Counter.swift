import Daybook
import DaybookSourcing

// In this module everything belongs to the main actor that does not say otherwise, as in many apps. Models are values that
// belong to nobody: they say `nonisolated`.

nonisolated struct Counted: DomainEvent, Equatable {
    static let eventType: EventType = "counted"
    var by: Int
}

nonisolated enum CounterEvent: EventSet, Equatable {
    case counted(Counted)

    static var members: [EventMember<CounterEvent>] { EventMember(CounterEvent.counted) }

    var event: any DomainEvent {
        switch self {
        case .counted(let event): event
        }
    }
}

nonisolated struct Counter: Decider {
    static let name = "counter"

    enum Command: Sendable { case count(by: Int) }
    enum Refusal: Error, Equatable { case belowZero }

    var initial: Int { 0 }

    func decide(_ command: Command, _ state: Int) throws(Refusal) -> [CounterEvent] {
        switch command {
        case .count(let by):
            if state + by < 0 { throw .belowZero }
            return by == 0 ? [] : [.counted(Counted(by: by))]
        }
    }

    func evolve(_ state: inout Int, _ event: CounterEvent) {
        if case .counted(let counted) = event { state += counted.by }
    }
}

/// What a view shows: it belongs to the main actor, and waits for the store there without holding it up.
final class CounterModel {
    private(set) var count = 0
    private(set) var problem: String?
    private let counters: Repository<Counter>
    private let id: String

    init(_ id: String, in store: any EventStore) throws {
        self.id = id
        counters = try Repository(
            Counter(), in: SourcedStore(store, catalog: try EventCatalog { Counted.self }))
    }

    func count(by number: Int) async throws {
        do {
            count = try await counters.execute(.count(by: number), on: id).state
            problem = nil
        } catch Counter.Refusal.belowZero {
            problem = "There is nothing below zero."
        }
    }

    /// A closure that decides may use what belongs to the main actor: it is called there.
    func double() async throws {
        count = try await counters.update(id) { state in
            problem = nil
            return state == 0 ? [] : [.counted(Counted(by: state))]
        }.state
    }
}
