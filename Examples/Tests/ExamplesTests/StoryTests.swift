import Daybook
import DaybookStore
import Foundation
import Testing

@testable import Examples
@testable import MainActorExample

/// A store for one test, in a folder that is removed behind it. The test goes on where it is: on the main actor, or nowhere.
nonisolated(nonsending) func withStore(
    _ body: nonisolated(nonsending) (EmbeddedStore) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "daybook-example-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try await EmbeddedStore.open(at: folder)
    try await body(store)
    try await store.close()
}

/// The stories that the examples tell.
enum Story: String, CaseIterable {
    case button, cart, bank, courses

    nonisolated(nonsending) func lines(in store: any EventStore) async throws -> [String] {
        var lines: [String] = []
        switch self {
        case .button: try await ButtonExample.run(in: store) { lines.append($0) }
        case .cart: try await CartExample.run(in: store) { lines.append($0) }
        case .bank: try await BankExample.run(in: store) { lines.append($0) }
        case .courses: try await CoursesExample.run(in: store) { lines.append($0) }
        }
        return lines
    }
}

struct Stories {
    @Test(arguments: Story.allCases)
    func `Are told again in the same store, about something else`(story: Story) async throws {
        try await withStore { store in
            let first = try await story.lines(in: store)
            let second = try await story.lines(in: store)
            #expect(first.count > 10)
            #expect(first.allSatisfy { !$0.contains("\n") })
            #expect(first.contains { $0.contains(/[a-z]-1/) })
            #expect(second == first.map { $0.replacing("-1", with: "-2") })
        }
    }

    @Test func `A button that is pressed cannot be pressed`() async throws {
        try await withStore { store in
            let lines = try await Story.button.lines(in: store)
            #expect(lines.contains("Press: it is pressed now"))
            let refusal = "Press is not possible in 'pressed'. Possible there: Release."
            #expect(lines.contains("Press is refused: \(refusal)"))
            let events = try await store.events(Read(.stream("button-1")))
            #expect(events.map(\.type) == ["button-pressed", "button-released"])
        }
    }

    @Test func `An account is opened, used and overdrawn`() async throws {
        try await withStore { store in
            let lines = try await Story.bank.lines(in: store)
            #expect(
                lines.contains("The bank takes its fee of 80: the balance is -30.00, overdrawn"))
            #expect(
                lines.contains("She takes out 600, and is refused: notCovered(balance: 50000)"))
            #expect(lines.contains("    /lowest  -3000  by money-debited, revision 3"))
            #expect(lines.contains("    /balance: 5000 → 7000"))
        }
    }

    @Test func `Seats in courses are given away`() async throws {
        try await withStore { store in
            let lines = try await Story.courses.lines(in: store)
            #expect(lines.contains("Cleo is not in swift-1: courseIsFull(capacity: 2)"))
            #expect(lines.contains("Cleo is not in sql-1: tooManyCourses(2)"))
            #expect(
                lines.contains(
                    "20 students want into sql-1 at the same moment: 5 have a seat."))
        }
    }

    @Test func `A cart is checked out once, however often it is asked for`() async throws {
        try await withStore { store in
            let lines = try await Story.cart.lines(in: store)
            #expect(lines.contains("Check-out: 33.99 less 7.70, to pay 26.29"))
            #expect(lines.contains("Check-out again: 33.99 less 7.70, to pay 26.29"))
            let events = try await store.events(Read(.stream("cart-1")))
            #expect(events.count { $0.type == "checked-out" } == 1)
        }
    }
}

/// A module whose code belongs to the main actor.
@MainActor struct `A counter of the main actor` {
    @Test func `Counts, and says why it does not`() async throws {
        try await withStore { store in
            let counter = try CounterModel("1", in: store)
            try await counter.count(by: 3)
            try await counter.double()
            #expect(counter.count == 6)
            try await counter.count(by: -7)
            #expect(counter.count == 6)
            #expect(counter.problem != nil)
        }
    }
}
