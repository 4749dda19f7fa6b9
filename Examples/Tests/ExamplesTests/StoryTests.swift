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
struct Stories {
    @Test func `A button can be pressed again in the same store`() async throws {
        try await withStore { store in
            for number in 1...2 {
                var lines: [String] = []
                try await ButtonExample.run(in: store) { lines.append($0) }
                #expect(lines.contains("Press: it is pressed now"))
                #expect(
                    lines.contains(
                        "Press is refused: Press is not possible in 'pressed'. Possible there: Release."
                    ))
                let events = try await store.events(Read(.stream("button-\(number)")))
                #expect(events.map(\.type) == ["button-pressed", "button-released"])
            }
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
