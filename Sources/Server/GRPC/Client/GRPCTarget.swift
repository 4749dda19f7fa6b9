package import DaybookHTTP

/// Which server to call.
package struct GRPCTarget: Sendable {
    /// A name, or an address in numbers, without brackets.
    package let host: String
    package let port: Int
    /// Whom to trust; nil: plain.
    package let trust: TLSTrust?

    package init(host: String, port: Int, trust: TLSTrust?) {
        self.host = host
        self.port = port
        self.trust = trust
    }

    var scheme: String { trust == nil ? "http" : "https" }
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

/// What a channel may take, and how patient it is.
package struct GRPCChannelOptions: Sendable {
    /// Connections at a time: each is one socket of the server, on one of its loops.
    package var connectionsMax = 4
    /// Calls under way on each connection before there is another one. Servers allow 100 and more.
    package var connectionCallsMax = 64
    /// From the beginning of a connection until the server has spoken, at one of its addresses.
    package var connectMilliseconds = 5_000
    /// Whether calls wait for a server that is away, until their deadline; else they fail when no connection can be made.
    package var waitsForServer = true
    /// For calls and pings to be answered with a goodbye, when the channel is closed.
    package var goodbyeMilliseconds = 1_000
    /// The longest message of an answer, in bytes.
    package var messageBytesMax = 64 << 20
    package var limits = HTTPLimits()
    package var times = HTTPTimes()

    package init() {
        // A server that is gone without a word is noticed within half a minute.
        times.silentSeconds = 20
        times.stallSeconds = 10
        // What one call holds is bounded by its own window: calls that nobody goes on with stop no others.
        limits.connectionWindowBytes = Int(Int32.max)
    }
}
