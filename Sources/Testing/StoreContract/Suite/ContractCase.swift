package import Daybook

/// How the suite gets its stores.
package struct ContractEngine: Sendable {
    let make: @Sendable () async throws -> any EventStore
    let reopen: (@Sendable (any EventStore) async throws -> any EventStore)?
    let conditionCandidatesMax: Int
    /// The same as `reopen`, after all was deleted that can be made again; nil where nothing can.
    let reopenWithoutIndex: (@Sendable (any EventStore) async throws -> any EventStore)?
    /// Removes what deletions and metadata let go; nil where it stays for good.
    let compact: (@Sendable (any EventStore, RandomCompaction) async throws -> CompactionAnswer)?

    /// An engine.
    /// - Parameters:
    ///   - conditionCandidatesMax: the limit that its stores keep, scaled down or not.
    ///   - make: a new, empty store.
    ///   - reopen: another store over what a closed one holds; nil where that is gone.
    ///   - reopenWithoutIndex: the same, after all was deleted that can be made again.
    ///   - compact: compacts a store as it is told.
    package init(
        conditionCandidatesMax: Int = Limits.conditionCandidatesMax,
        make: @escaping @Sendable () async throws -> any EventStore,
        reopen: (@Sendable (any EventStore) async throws -> any EventStore)? = nil,
        reopenWithoutIndex: (@Sendable (any EventStore) async throws -> any EventStore)? = nil,
        compact: (
            @Sendable (any EventStore, RandomCompaction) async throws -> CompactionAnswer
        )? = nil
    ) {
        self.reopenWithoutIndex = reopenWithoutIndex
        self.compact = compact
        self.conditionCandidatesMax = conditionCandidatesMax
        self.make = make
        self.reopen = reopen
    }

    /// The model itself.
    package static let model = ContractEngine(conditionCandidatesMax: 500) {
        ModelStore(conditionCandidatesMax: 500)
    } reopen: { store in
        guard let model = store as? ModelStore else { throw ContractFailure("not a model") }
        return model.reopened()
    }
}

/// One sentence about every store, and how to find out whether it holds.
package struct ContractCase: Sendable, CustomStringConvertible {
    /// The sentence.
    package let name: String
    /// Whether it takes many events to find out: tens of thousands.
    package let isSlow: Bool
    private let body: @Sendable (any EventStore, ContractEngine) async throws -> Void

    init(
        _ name: String, isSlow: Bool = false,
        _ body: @escaping @Sendable (any EventStore) async throws -> Void
    ) {
        self.name = name
        self.isSlow = isSlow
        self.body = { store, _ in try await body(store) }
    }

    /// A case that has to know the engine. Without its limits scaled down, one that meets them is slow.
    init(
        ofEngine name: String, isSlow: Bool = false,
        _ body: @escaping @Sendable (any EventStore, ContractEngine) async throws -> Void
    ) {
        self.name = name
        self.isSlow = isSlow
        self.body = body
    }

    package var description: String { name }

    /// Runs the case against a fresh store of the engine.
    /// - Parameter limit: how long it is waited for.
    /// - Throws: `ContractFailure` where the sentence does not hold.
    package func run(_ engine: ContractEngine, within limit: Duration = .seconds(600)) async throws
    {
        try await withDeadline(limit, name) {
            let store = try await engine.make()
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(store, engine))
            } catch {
                result = .failure(error)
            }
            try await store.close()
            try result.get()
        }
    }
}

extension ContractEngine {
    /// Closes a store and opens what it holds again.
    func reopen(_ store: any EventStore) async throws -> any EventStore {
        guard let reopen else { throw ContractFailure("this engine cannot be opened again") }
        try await store.close()
        return try await reopen(store)
    }
}
