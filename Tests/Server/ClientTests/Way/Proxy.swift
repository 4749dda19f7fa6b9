import DaybookPlatform
import Glibc
import Synchronization

/// Stands between a client and a server, and does to each connection what it is told to. It blocks in threads of its own.
final class Proxy: Sendable {
    typealias Plan = @Sendable (_ connection: Int) -> Mischief

    let port: Int
    private let target: Int
    private let plan: Plan
    private let state: Mutex<State>
    private let accepting = Mutex<Thread?>(nil)

    private struct State {
        var listener: Int32
        var isStopped = false
        var connections: [ProxyConnection] = []
    }

    /// - Parameter plan: What happens to a connection, by its number.
    init(to target: Int, _ plan: @escaping Plan) throws {
        self.target = target
        self.plan = plan
        var listener: Int32?
        var port = 0
        while listener == nil {
            // One that nobody is given who asks for any: it can be taken again.
            port = .random(in: 20_000..<30_000)
            listener = Sockets.listen(at: port)
        }
        self.port = port
        state = Mutex(State(listener: listener!))
        let thread = try Thread(name: "test-proxy") { [unowned self] in accept() }
        accepting.withLock { $0 = thread }
    }

    /// How many connections there were.
    var count: Int { state.withLock { $0.connections.count } }

    /// Ends all connections and its threads.
    func stop() {
        let connections = state.withLock { state in
            state.isStopped = true
            shutdown(state.listener, Int32(SHUT_RDWR))
            return state.connections
        }
        let thread = accepting.withLock { $0.take() }
        thread?.join()
        for connection in connections { connection.stop() }
    }

    private func accept() {
        while let socket = next() {
            let number = count
            let mischief = plan(number)
            let connection = ProxyConnection(from: socket, to: target, mischief)
            state.withLock { $0.connections.append(connection) }
            connection.start()
            if mischief.awayMilliseconds > 0 { leave(for: mischief.awayMilliseconds) }
        }
        state.withLock { _ = close($0.listener) }
    }

    private func next() -> Int32? {
        while true {
            let (listener, isStopped) = state.withLock { ($0.listener, $0.isStopped) }
            if isStopped { return nil }
            let socket = Glibc.accept(listener, nil, nil)
            if socket >= 0 { return Sockets.prompt(socket) }
        }
    }

    /// Nobody listens for a while.
    private func leave(for milliseconds: Int) {
        state.withLock { state in
            close(state.listener)
            state.listener = -1
        }
        usleep(UInt32(milliseconds) * 1_000)
        var listener: Int32?
        while listener == nil { listener = Sockets.listen(at: port) }
        state.withLock { state in
            state.listener = listener!
            if state.isStopped { shutdown(state.listener, Int32(SHUT_RDWR)) }
        }
    }
}

/// One connection through a proxy: two sockets, and a thread for each way.
final class ProxyConnection: Sendable {
    private let mischief: Mischief
    private let client: Int32
    private let server: Int32?
    private let threads = Mutex<[Thread]>([])
    private let isReset = Atomic<Bool>(false)
    /// How many of its threads use the sockets; they are closed with the last.
    private let running = Mutex(0)

    init(from client: Int32, to port: Int, _ mischief: Mischief) {
        self.client = client
        self.mischief = mischief
        server = mischief.isRefused ? nil : Sockets.connect(to: port)
    }

    func start() {
        guard let server else {
            Sockets.close(client, byReset: true)
            return
        }
        running.withLock { $0 = 2 }
        let ways = [(Way.up, client, server), (Way.down, server, client)]
        let made = ways.compactMap { way, source, sink in
            try? Thread(name: "test-\(way)") { [self] in carry(way, from: source, to: sink) }
        }
        threads.withLock { $0 = made }
    }

    /// Ends it, and waits for its threads.
    func stop() {
        running.withLock { if $0 > 0 { wake(Int32(SHUT_RDWR)) } }
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private func wake(_ how: Int32) {
        shutdown(client, how)
        if let server { shutdown(server, how) }
    }

    private func carry(_ way: Way, from source: Int32, to sink: Int32) {
        var bytes = [UInt8](repeating: 0, count: 32 << 10)
        var offset = 0
        while true {
            let count = recv(source, &bytes, bytes.count, 0)
            if count <= 0 { break }
            if !give(bytes[..<count], at: offset, on: way, to: sink) { break }
            offset += count
        }
        running.withLock { running in
            running -= 1
            // The other one hears of it; the peers do by the close.
            if running > 0 { return wake(Int32(SHUT_RD)) }
            let byReset = isReset.load(ordering: .relaxed)
            Sockets.close(client, byReset: byReset)
            if let server { Sockets.close(server, byReset: byReset) }
        }
    }

    /// Gives bytes on, with what happens to them.
    /// - Returns: Whether the connection goes on.
    private func give(_ piece: ArraySlice<UInt8>, at offset: Int, on way: Way, to sink: Int32)
        -> Bool
    {
        var bytes = Array(piece)
        var goesOn = true
        if let fault = mischief.fault, fault.way == way, fault.at < offset + bytes.count {
            let index = max(fault.at - offset, 0)
            switch fault.kind {
            case .corrupt(let mask): if fault.at >= offset { bytes[index] ^= mask }
            case .swallow, .reset, .end:
                bytes.removeSubrange(index...)
                if fault.kind == .reset { isReset.store(true, ordering: .relaxed) }
                goesOn = false
            }
        }
        if mischief.delayMilliseconds > 0 { usleep(UInt32(mischief.delayMilliseconds) * 1_000) }
        var rest = bytes[...]
        while !rest.isEmpty {
            // Much is not halved for ever.
            let next = rest.prefix(max(mischief.pieceBytesMax, rest.count / 64))
            if !Sockets.send(next, to: sink) { return false }
            rest = rest.dropFirst(next.count)
        }
        // What is asked meanwhile is still done.
        if !goesOn, mischief.fault?.kind == .swallow { usleep(30_000) }
        return goesOn
    }
}

/// The calls of sockets that a proxy needs.
private enum Sockets {
    static func listen(at port: Int) -> Int32? {
        let socket = made()
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        let isBound = withAddress(port) { bind(socket, $0, $1) == 0 }
        if isBound && Glibc.listen(socket, 64) == 0 { return socket }
        Glibc.close(socket)
        return nil
    }

    /// - Returns: Nil where nobody listens.
    static func connect(to port: Int) -> Int32? {
        let socket = prompt(made())
        if withAddress(port, { Glibc.connect(socket, $0, $1) == 0 }) { return socket }
        Glibc.close(socket)
        return nil
    }

    /// Has a socket send at once what it is given.
    static func prompt(_ socket: Int32) -> Int32 {
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
        return socket
    }

    private static func made() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func close(_ socket: Int32, byReset: Bool) {
        if byReset {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                socket, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        Glibc.close(socket)
    }
}
