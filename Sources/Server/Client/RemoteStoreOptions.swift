/// How patient a ``RemoteStore`` is, and what it may take.
public struct RemoteStoreOptions: Sendable {
    /// How long a call may take, with all that is tried for it: connections that are made, and repetitions. A read and a
    /// subscription wait as long to begin, each time that their connection was lost, and then for as long as it holds: a
    /// server that gives no sign of life is lost within half a minute.
    public var patience = Duration.seconds(30)
    /// How long `connect` waits for a server that is not there.
    public var connectPatience = Duration.seconds(30)
    /// Connections to the server at a time, at most; each carries many calls.
    public var connectionsMax = 4
    /// Bytes that a read or a subscription may be ahead of who takes its events.
    public var bytesAheadMax = 2 << 20

    public init() {}

    var patienceMilliseconds: Int { Self.milliseconds(patience) }
    var connectPatienceMilliseconds: Int { Self.milliseconds(connectPatience) }

    private static func milliseconds(_ duration: Duration) -> Int {
        max(Int(duration / .milliseconds(1)), 1)
    }
}
