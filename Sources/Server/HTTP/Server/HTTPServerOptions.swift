package import DaybookPlatform

/// Where a server listens, and what it allows.
package struct HTTPServerOptions: Sendable {
    /// An address of this machine in numbers, of IPv4 or IPv6.
    package var address = "127.0.0.1"
    /// 0: one that is free.
    package var port = 0
    /// Threads that serve connections.
    package var loops = max(1, Host.coreCount())
    /// Connections at once; one more is closed as soon as it is made. Each takes a descriptor and some 10 KiB.
    package var connectionsMax = 16_384
    /// Nil: plain. With it, nothing is plain.
    package var credentials: TLSCredentials?
    package var limits = HTTPLimits()
    /// What answers are dated by.
    package var time: any TimeSource = SystemTime()
    package var times = HTTPTimes()
    /// Told of connections and bytes.
    package var observer: (any TransportObserver)?

    package init() {}
}

/// Why a server does not listen.
package struct HTTPServerError: Error, CustomStringConvertible {
    package var description: String
    /// What the system said.
    package var cause: Errno

    package init(description: String, cause: Errno) {
        self.description = description
        self.cause = cause
    }
}
