import Daybook
import DaybookSourcing

// What the examples share.

/// Why an example cannot begin.
public struct ExampleError: Error, CustomStringConvertible {
    public let description: String

    static func nothingToReplay(_ what: String) -> ExampleError {
        ExampleError(
            description: "There is nothing to replay: the history does not hold \(what). "
                + "Import the file that this example is about.")
    }
}

extension Repository {
    /// The first of 1, 2, 3 … that nothing has happened to yet: so an example can be run again in the same store.
    func unusedID() async throws -> String {
        "\(try await store.store.unusedNumber { stream("\($0)") })"
    }
}

extension EventStore {
    /// The first of 1, 2, 3 … for which there was never a stream of that name.
    func unusedNumber(_ stream: @Sendable (Int) -> String) async throws -> Int {
        var number = 1
        while try await self.stream(stream(number)).state != .never { number += 1 }
        return number
    }

    /// A replay begins with nothing.
    /// - Throws: ``ExampleError`` where there is a stream of this category.
    func requireNone(of category: String) async throws {
        let streams = try await streams(prefix: category + "-", after: nil, limit: 1)
        if let first = streams.first {
            throw ExampleError(
                description:
                    "The history cannot be replayed here: '\(first.name)' is there already. "
                    + "Take an empty store.")
        }
    }
}

/// Does something with each of many, some of them at a time, and hands over the results as they come.
nonisolated(nonsending) func sideBySide<Item: Sendable, Result: Sendable>(
    _ items: [Item], atATime countMax: Int = 64,
    _ work: @escaping @Sendable (Item) async throws -> Result, take: (Result) -> Void
) async throws {
    try await withThrowingTaskGroup(of: Result.self) { group in
        var rest = items.makeIterator()
        for _ in 0..<countMax {
            guard let item = rest.next() else { break }
            group.addTask { try await work(item) }
        }
        while let result = try await group.next() {
            take(result)
            if let item = rest.next() { group.addTask { try await work(item) } }
        }
    }
}
