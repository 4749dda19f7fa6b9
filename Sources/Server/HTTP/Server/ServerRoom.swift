internal import CUV
internal import DaybookPlatform

/// The connections of a server on one of its loops. Only used on that loop.
final class ServerRoom {
    let loop: Loop
    let service: any HTTPService
    let limits: HTTPLimits
    let times: HTTPTimes
    let credentials: TLSCredentials?
    let texts = FieldTexts()
    let heads: HeldHeads
    let waiting: WaitingBytes
    let date: HTTPDate
    let counts: ConnectionCounts
    private var connections: [ServerConnection] = []
    private var timer: (any LoopTimer)?
    private var isDraining = false

    init(
        on loop: Loop, service: any HTTPService, _ options: HTTPServerOptions,
        counts: ConnectionCounts
    ) {
        self.loop = loop
        self.service = service
        limits = options.limits
        heads = HeldHeads(bytesMax: options.limits.loopHeldHeadBytesMax)
        waiting = WaitingBytes(bytesMax: options.limits.loopWaitingBytesMax)
        times = options.times
        credentials = options.credentials
        date = HTTPDate(options.time)
        self.counts = counts
    }

    /// Takes a connection over that another loop has accepted.
    func adopt(_ descriptor: Int32) {
        let socket = Socket(on: loop)
        do throws(Errno) {
            try socket.open(descriptor)
        } catch {
            // The kernel gave the descriptor for a connection: that libuv does not take it is a lack of memory.
            socket.discard()
            daybook_close_descriptor(descriptor)
            counts.left()
            counts.failed(error)
            return
        }
        serve(socket)
    }

    func serve(_ socket: Socket) {
        if timer == nil { watch() }
        let connection = ServerConnection(socket, in: self, at: connections.count)
        connections.append(connection)
        socket.start(connection)
        if isDraining { connection.drain() }
    }

    /// How often it is looked whether clients take too long.
    private static let tickMilliseconds = 1_000

    private func watch() {
        timer = loop.after(milliseconds: Self.tickMilliseconds) { [weak self] in
            self?.tick()
        }
    }

    private func tick() {
        timer = nil
        let now = loop.now
        for connection in connections { connection.tick(at: now) }
        // All connections together have no room left: whoever takes nothing for long makes some, for whatever reason.
        if waiting.isFull {
            for connection in connections { connection.endStuck(at: now) }
        }
        if !connections.isEmpty { watch() }
    }

    /// Has clients finish what is under way and begin nothing new.
    func drain() {
        isDraining = true
        for connection in connections { connection.drain() }
        if !connections.isEmpty { hurry() }
    }

    /// Those of HTTP/2 take a second step when their clients have had time to hear of the first.
    private func hurry() {
        timer?.cancel()
        timer = loop.after(milliseconds: Int(HTTP2Session.noticeMilliseconds)) { [weak self] in
            self?.tick()
        }
    }

    func left(_ connection: ServerConnection) {
        let last = connections.removeLast()
        if last !== connection {
            last.place = connection.place
            connections[connection.place] = last
        }
        counts.left()
    }

    func closeAll() {
        timer?.cancel()
        timer = nil
        while let connection = connections.last { connection.socket.close() }
    }
}
