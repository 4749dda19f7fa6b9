/// What a ``Repository`` keeps and reads.
public struct RepositoryOptions: Sendable {
    /// How many states are kept in memory, so that only what came since is read; 0: none. Default 10,000.
    public var cachedStatesMax = 10_000
    /// Whether a stream whose first events are gone is read from what is left of it. Otherwise that is an error, unless a
    /// snapshot holds what they led to. Default false.
    public var readsTruncatedStreams = false
    /// How long the outcome of a command is kept under its key, so that it is answered as the first time. Default 7 days.
    public var outcomeRetention = Duration.seconds(7 * 86_400)

    /// The defaults.
    public init() {}

    /// The defaults, but for what is changed.
    public init(_ change: (inout Self) -> Void) { change(&self) }
}
