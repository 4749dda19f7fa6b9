/// How patient a ``RemoteStore`` is, and what it may take.
public struct RemoteStoreOptions: Sendable {
    /// How long a call may take, with all that is tried for it: connections that are made, and repetitions. A read may
    /// wait as long for each of its answers. A subscription waits as long to begin, and then for ever.
    public var patience = Duration.seconds(30)
    /// Connections to the server at a time, at most; each carries many calls.
    public var connectionsMax = 4
    /// Bytes that a read or a subscription may be ahead of who takes its events.
    public var bytesAheadMax = 2 << 20

    public init() {}

    var patienceMilliseconds: Int { max(Int(patience / .milliseconds(1)), 1) }
}
