internal import DaybookHTTP
internal import DaybookPlatform

/// Makes one connection: of the addresses of a host, to the first at which a server answers as it should. Only used on
/// its loop.
final class Connector {
    typealias Done = (Result<HTTPClient, GRPCFailure>) -> Void

    private let loop: Loop
    private let target: GRPCTarget
    private let options: GRPCChannelOptions
    private var done: Done?
    private var addresses: [String] = []
    private var client: HTTPClient?
    private var timer: (any LoopTimer)?
    /// Why the first of the addresses was none: what is said of all.
    private var first: GRPCFailure?

    /// - Parameter done: Called once, unless it is cancelled.
    init(
        to target: GRPCTarget, _ options: GRPCChannelOptions, on loop: Loop, _ done: @escaping Done
    ) {
        self.loop = loop
        self.target = target
        self.options = options
        self.done = done
    }

    func begin() {
        loop.lookUp(target.host) { [self] found in
            switch found {
            case .success(let addresses):
                self.addresses = addresses
                connect()
            case .failure(let error):
                end(.failure(.unreached("the host \(target.host) was not found: \(error.words)")))
            }
        }
    }

    /// Whoever waits for it hears nothing more.
    func cancel() {
        done = nil
        abandon()
    }

    private func connect() {
        if done == nil { return }
        if addresses.isEmpty {
            return end(.failure(first ?? .unreached("the host has no address")))
        }
        let address = addresses.removeFirst()
        let client = HTTPClient(
            on: loop, address: address, port: target.port, trust: target.trust,
            limits: options.limits, times: options.times
        ) { [weak self] failure in
            if let failure { self?.failed(.unreached(failure.description)) }
        }
        self.client = client
        client.whenProven = { [weak self] in self?.succeeded() }
        client.whenClosed = { [weak self, unowned client] in
            self?.failed(
                client.misfit.map { .misfit($0) }
                    ?? .unreached("the connection ended before the server said anything"))
        }
        let milliseconds = options.connectMilliseconds
        timer = loop.after(milliseconds: milliseconds) { [weak self] in
            self?.failed(.unreached("no server answered within \(milliseconds) ms"))
        }
    }

    private func succeeded() {
        guard let client else { return }
        self.client = nil
        timer?.cancel()
        end(.success(client))
    }

    private func failed(_ failure: GRPCFailure) {
        if client == nil { return }
        first = first ?? failure
        abandon()
        connect()
    }

    private func abandon() {
        timer?.cancel()
        let client = client
        self.client = nil
        client?.whenClosed = nil
        client?.whenProven = nil
        // It may be the connection itself that says so, in the midst of what it has received.
        if let client { _ = loop.after(milliseconds: 0) { client.close() } }
    }

    private func end(_ result: Result<HTTPClient, GRPCFailure>) {
        let done = done
        self.done = nil
        done?(result)
    }
}

extension GRPCFailure {
    /// There is no connection, for a reason in words.
    static func unreached(_ reason: String) -> GRPCFailure {
        .lost(HTTPCallFailure(reason, isUnbegun: true))
    }

    /// Why there is no connection, in words.
    var reason: String? {
        if case .lost(let failure) = self { return failure.reason }
        return nil
    }
}
