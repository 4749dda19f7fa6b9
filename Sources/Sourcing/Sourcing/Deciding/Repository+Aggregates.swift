extension Repository {
    /// A repository of aggregates.
    /// - Throws: as ``init(_:category:in:options:)``.
    public convenience init<Root: Aggregate>(
        _ root: Root.Type, category: String? = nil, in store: SourcedStore,
        options: RepositoryOptions = RepositoryOptions()
    ) throws(SourcingError) where Model == AggregateFold<Root> {
        try self.init(AggregateFold<Root>(), category: category, in: store, options: options)
    }

    /// Has an aggregate change itself, and records what it says has happened.
    /// - Parameter change: Asked again where somebody was quicker. What it throws is thrown on, and nothing is recorded.
    /// - Throws: as ``update(_:because:_:)``.
    @discardableResult
    public func change<Root: Aggregate>(
        _ id: String, because cause: Cause? = nil, _ change: (inout Root) throws -> Void
    ) async throws -> Executed<Model> where Model == AggregateFold<Root> {
        try await update(id, because: cause) { state in
            var root = state
            try change(&root)
            return root.changes.events
        }
    }
}
