extension Repository {
    /// A repository of aggregates.
    /// - Parameters:
    ///   - root: The type of the aggregates.
    ///   - category: What the names of its streams begin with; nil: the name of the type of aggregate.
    ///   - store: Its catalog has a line for each event of the aggregate.
    ///   - options: What is kept and read.
    /// - Throws: as a repository of a decider.
    public convenience init<Root: Aggregate>(
        _ root: Root.Type, category: String? = nil, in store: SourcedStore,
        options: RepositoryOptions = RepositoryOptions()
    ) throws(SourcingError) where Model == AggregateFold<Root> {
        try self.init(AggregateFold<Root>(), category: category, in: store, options: options)
    }

    /// Has an aggregate change itself, and records what it says has happened.
    /// - Parameters:
    ///   - id: Of the aggregate: what its stream is called behind the category.
    ///   - cause: Why; nil: as the task says, see ``Cause``.
    ///   - change: Asked again where somebody was quicker. What it throws is thrown on, and nothing is recorded.
    /// - Returns: the state behind the changes, and what was recorded.
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
