internal import DaybookHTTP
internal import DaybookPlatform

// What the transport is told of the settings, and how its refusals are said.

extension HTTPServerOptions {
    init(
        _ configuration: Configuration, credentials: TLSCredentials? = nil,
        observer: any TransportObserver
    ) {
        self.init()
        self.credentials = credentials
        address = configuration.address
        port = configuration.port
        if let loops = configuration.loops { self.loops = loops }
        connectionsMax = configuration.connectionsMax
        limits.headBytesMax = configuration.headerBytesMax
        limits.bodyBytesMax = configuration.messageBytesMax
        limits.streamsMax = configuration.connectionStreamsMax
        times.headSeconds = configuration.headerTimeoutSeconds
        times.bodyGraceSeconds = configuration.bodyTimeoutSeconds
        times.idleSeconds = configuration.idleTimeoutSeconds
        times.stallSeconds = configuration.stallTimeoutSeconds
        times.silentSeconds = configuration.keepAliveIntervalSeconds
        self.observer = observer
    }
}

extension ServerError {
    /// Why the server cannot listen.
    init(listening error: any Error, _ configuration: Configuration) {
        let (address, port) = (configuration.address, configuration.port)
        let cause = (error as? HTTPServerError)?.cause
        let place = "\(address) port \(port), of \(configuration.origin(of: "port"))"
        switch cause {
        case .EADDRINUSE?:
            self.init(
                .addressInUse, "Port \(port) is taken", why: "something else listens there",
                remedy: "End it (`ss -ltnp 'sport = :\(port)'` says what it is), or choose another "
                    + "port: `--port \(port == 65_535 ? port - 1 : port + 1)`.", place: place)
        case .EACCES?, .EPERM?:
            self.init(
                .address, "Port \(port) cannot be listened at",
                why: "ports below 1024 are for processes with the right to them",
                remedy: "Choose a port from 1024 on, such as `--port 2113`.", place: place)
        case .EADDRNOTAVAIL?:
            self.init(
                .address, "\(address) cannot be listened at",
                why: "this machine has no such address",
                remedy: "Choose 127.0.0.1, or ::1 where there is IPv6.", place: place)
        default:
            self.init(
                .address, "The server cannot listen", why: cause?.description ?? "\(error)",
                remedy: "Look at the address and the port, and at the limits of the system.",
                place: place)
        }
    }
    /// Why there is no TLS.
    init(_ error: TLSError) {
        self.init(
            .certificate, "The server's certificate or its key cannot be used",
            why: error.what, remedy: error.remedy.firstUppercased + ".", place: error.file)
    }
}

extension String {
    fileprivate var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}
