package import DaybookHTTP
internal import DaybookPlatform

/// The connections of a channel and the calls that wait for one. Only used on its loop.
package final class ChannelRoom {
    package let loop: Loop
    package let options: GRPCChannelOptions
    private let target: GRPCTarget
    private var backoff: Backoff
    private var connections: [Connection] = []
    private var connector: Connector?
    /// Runs while no connection is tried, after one could not be made.
    private var pause: (any LoopTimer)?
    /// Why the last connection could not be made.
    private var trouble: GRPCFailure?
    /// Whether there was a connection before: what is wrong now may be right again.
    private var hasWorked = false
    private var waiting: [GRPCClientCall] = []
    private var whenClosed: (() -> Void)?
    private var isClosed = false
    /// Whether calls are no more to wait for a connection.
    private var isEnding = false

    /// A connection, and how many calls are under way on it.
    private final class Connection {
        let client: HTTPClient
        var calls = 0

        init(_ client: HTTPClient) { self.client = client }
    }

    init(to target: GRPCTarget, _ options: GRPCChannelOptions, _ backoff: Backoff, on loop: Loop) {
        self.loop = loop
        self.target = target
        self.options = options
        self.backoff = backoff
    }

    /// Makes a call on the connection with the fewest, or as soon as there is one: a server that is away is waited for
    /// until the deadline of the call.
    package func begin(_ call: GRPCClientCall) {
        if isClosed { return fail(call, .closed) }
        if let connection = freest {
            begin(call, on: connection)
            if connection.calls > options.connectionCallsMax { connect() }
            return
        }
        if isEnding { return fail(call, .closed) }
        // The next try, which is not far, may find that better; nobody waits for what was wrong from the beginning.
        if pause != nil, let trouble, !isWorthWaiting(trouble) { return fail(call, trouble) }
        call.obstacle = trouble ?? .unreached("there was no connection yet")
        waiting.append(call)
        connect()
    }

    /// How many connections there are that take calls.
    package var connectionCount: Int { connections.count { $0.client.takesCalls } }

    private var freest: Connection? {
        connections.filter { $0.client.takesCalls }.min { $0.calls < $1.calls }
    }

    private func begin(_ call: GRPCClientCall, on connection: Connection) {
        connection.calls += 1
        call.whenOver = { connection.calls -= 1 }
        call.begin(on: connection.client, scheme: target.scheme, authority: target.authority)
    }

    /// Later, as whoever begins a call does not expect its end meanwhile.
    private func fail(_ call: GRPCClientCall, _ failure: GRPCFailure) {
        _ = loop.after(milliseconds: 0) { call.fail(failure) }
    }

    // MARK: Connections

    private func connect() {
        if isClosed || connector != nil || pause != nil { return }
        if connectionCount >= options.connectionsMax { return }
        let connector = Connector(to: target, options, on: loop) { [weak self] in self?.tried($0) }
        self.connector = connector
        connector.begin()
    }

    private func tried(_ result: Result<HTTPClient, GRPCFailure>) {
        connector = nil
        switch result {
        case .success(let client):
            backoff.succeeded()
            trouble = nil
            hasWorked = true
            add(client)
        case .failure(let failure):
            trouble = failure
            waiting.removeAll { $0.isOver }
            for call in waiting { call.obstacle = failure }
            pause = loop.after(milliseconds: backoff.failed()) { [weak self] in
                guard let self else { return }
                pause = nil
                waiting.removeAll { $0.isOver }
                if !waiting.isEmpty { connect() }
            }
            if !isWorthWaiting(failure) { failWaiting(failure) }
        }
    }

    private func isWorthWaiting(_ trouble: GRPCFailure) -> Bool {
        if case .misfit = trouble, !hasWorked { return false }
        return options.waitsForServer
    }

    private func add(_ client: HTTPClient) {
        let connection = Connection(client)
        connections.append(connection)
        client.whenClosed = { [weak self, unowned connection] in self?.lost(connection) }
        let calls = waiting
        waiting = []
        for call in calls { begin(call) }
    }

    private func lost(_ connection: Connection) {
        connections.removeAll { $0 === connection }
        if isClosed && connections.isEmpty { tellClosed() }
    }

    private func failWaiting(_ failure: GRPCFailure) {
        let calls = waiting
        waiting = []
        for call in calls { fail(call, failure) }
    }

    // MARK: The end

    /// Has calls fail from now on that wait for a connection.
    func stopWaiting() {
        isEnding = true
        failWaiting(.closed)
    }

    /// Says goodbye on all connections; `done` is called when they are gone. Calls under way are lost.
    func close(_ done: @escaping () -> Void) {
        precondition(!isClosed, "a channel is closed once")
        isClosed = true
        whenClosed = done
        pause?.cancel()
        connector?.cancel()
        failWaiting(.closed)
        if connections.isEmpty { return tellClosed() }
        for connection in connections { connection.client.leave() }
        _ = loop.after(milliseconds: options.goodbyeMilliseconds) { [weak self] in
            for connection in self?.connections ?? [] { connection.client.close() }
        }
    }

    /// Behind what was to be done yet on this turn.
    private func tellClosed() {
        let whenClosed = whenClosed
        self.whenClosed = nil
        if let whenClosed { _ = loop.after(milliseconds: 0, whenClosed) }
    }
}
