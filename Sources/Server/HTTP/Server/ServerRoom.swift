internal import CUV
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// The connections of a server on one of its loops. Only used on that loop.
final class ServerRoom {
    let loop: Loop
    let service: any HTTPService
    let limits: HTTPLimits
    let counts: ConnectionCounts
    private var connections: [ServerConnection] = []

    init(on loop: Loop, service: any HTTPService, limits: HTTPLimits, counts: ConnectionCounts) {
        self.loop = loop
        self.service = service
        self.limits = limits
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
            return
        }
        serve(socket)
    }

    func serve(_ socket: Socket) {
        let connection = ServerConnection(socket, in: self, at: connections.count)
        connections.append(connection)
        socket.start(connection)
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
        while let connection = connections.last { connection.socket.close() }
    }
}

/// How many connections a server has on all its loops.
final class ConnectionCounts: Sendable {
    private let open = Atomic<Int>(0)
    private let openMax: Int
    let observer: (any TransportObserver)?

    init(max: Int, observer: (any TransportObserver)?) {
        openMax = max
        self.observer = observer
    }

    /// Counts one more, unless there are as many as may be.
    func admits() -> Bool {
        if open.add(1, ordering: .relaxed).newValue <= openMax {
            observer?.connected()
            return true
        }
        open.subtract(1, ordering: .relaxed)
        observer?.turnedAway()
        return false
    }

    func left() {
        open.subtract(1, ordering: .relaxed)
        observer?.disconnected()
    }

    var count: Int { open.load(ordering: .relaxed) }
}

/// A connection: joins a socket to its conversation.
final class ServerConnection: SocketOwner {
    let socket: Socket
    /// Where it stands among the connections of its room.
    var place: Int
    private let room: ServerRoom
    private let conversation: any Conversation

    init(_ socket: Socket, in room: ServerRoom, at place: Int) {
        self.socket = socket
        self.place = place
        self.room = room
        conversation = ServerConversation(
            room.service, loop: room.loop, limits: room.limits, outlet: socket)
    }

    func received(_ bytes: borrowing RawSpan) {
        room.counts.observer?.received(bytes.byteCount)
        conversation.received(bytes, at: room.loop.now)
        if conversation.isOver { socket.hasOutput() }
    }

    func peerEnded() { conversation.peerEnded() }
    func produce(into out: SendBuffer) -> Bool {
        let before = out.bytes.count
        let hasMore = conversation.produce(into: out)
        room.counts.observer?.sent(out.bytes.count - before)
        return hasMore
    }
    var isOver: Bool { conversation.isOver }

    func closed() {
        room.left(self)
        conversation.fail()
    }
}
