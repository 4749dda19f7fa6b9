package import DaybookPlatform
package import DaybookStore

/// What a server is made of.
package struct ServerSetup: Sendable {
    package let configuration: Configuration
    package let identity: ServerIdentity
    package let log: Log
    /// What compressed segments are read and written with; nil: there are none.
    package let compression: StoreCompression?
    /// Of the process, in microseconds since 1970.
    package let startedAt: Int64
    package let time: any TimeSource
    /// Called, on any thread, where a client asks the server to end: whoever runs it decides.
    package let askedToEnd: @Sendable () -> Void
    /// Makes what answers calls by gRPC; tests put their own here.
    var calls: @Sendable (ServiceSurroundings) -> ServedCalls = {
        ServedCalls(Services.router(in: $0), web: Services.web(in: $0))
    }

    /// - Parameter version: of Daybook.
    package init(
        _ configuration: Configuration, version: String, log: Log,
        compression: StoreCompression? = nil, time: any TimeSource = SystemTime(),
        askedToEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        identity = ServerIdentity(version: version, features: Services.features)
        self.log = log
        self.compression = compression
        self.time = time
        self.askedToEnd = askedToEnd
        startedAt = time.wallMicroseconds()
    }

    /// Host and port that clients are told to connect to.
    func advertised(listeningAt port: Int) -> (host: String, port: Int) {
        (configuration.advertisedHost, configuration.advertisedPort ?? port)
    }

    /// The same as it stands in an address of the web.
    func authority(listeningAt port: Int) -> String {
        let (host, port) = advertised(listeningAt: port)
        return Authority.text(host, port)
    }
}

/// Host and port in an address of the web.
package enum Authority {
    package static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
