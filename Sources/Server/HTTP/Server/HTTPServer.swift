internal import DaybookPlatform

/// A server on one port: one loop accepts, all loops serve.
package final class HTTPServer: Sendable {
    /// Where it listens.
    package let port: Int
    package let loops: [Loop]
    private let rooms: [LoopBound<ServerRoom>]
    private let acceptor: LoopBound<Acceptor>
    private let counts: ConnectionCounts
    private let isStopped = Monitor(false)

    /// Starts to listen and to serve; waits until it does.
    package static func start(
        _ options: HTTPServerOptions, _ service: any HTTPService
    ) throws -> HTTPServer {
        var loops: [Loop] = []
        do {
            for number in 0..<options.loops {
                loops.append(try Loop.start(name: "daybook-http-\(number)"))
            }
            return try HTTPServer(options, service, loops)
        } catch {
            for loop in loops { loop.stop() }
            throw HTTPServerError(
                description: "cannot listen at \(options.address) port \(options.port): \(error)",
                cause: error)
        }
    }

    private init(
        _ options: HTTPServerOptions, _ service: any HTTPService, _ loops: [Loop]
    ) throws(Errno) {
        let counts = ConnectionCounts(max: options.connectionsMax, observer: options.observer)
        self.loops = loops
        self.counts = counts
        let rooms = loops.map { loop in
            LoopBound(
                ServerRoom(on: loop, service: service, options, counts: counts), on: loop)
        }
        self.rooms = rooms
        let listening = Monitor<Listening?>(nil)
        rooms[0].post { own in
            let acceptor = Acceptor(on: own.loop, own: own, rooms: rooms, counts: counts)
            var answer: Result<Int, Errno>
            do throws(Errno) {
                let port = try acceptor.listen(options.address, options.port)
                answer = .success(port)
            } catch {
                acceptor.close()
                answer = .failure(error)
            }
            let bound = LoopBound(acceptor, on: own.loop)
            listening.withLock { $0 = Listening(port: answer, acceptor: bound) }
            listening.signal()
        }
        let outcome = listening.wait(until: { $0 != nil }, then: { $0! })
        acceptor = outcome.acceptor
        let port = try outcome.port.get()
        self.port = port
    }

    private struct Listening: Sendable {
        let port: Result<Int, Errno>
        let acceptor: LoopBound<Acceptor>
    }

    /// Connections now.
    package var connections: Int { counts.count }

    /// Takes no new connections, has clients finish what is under way, and stops when the last has gone, or after so
    /// long. Waits for that; not from a loop.
    /// - Returns: How many connections were still there, and were closed.
    @discardableResult
    package func drain(milliseconds: Int) -> Int {
        acceptor.post { $0.close() }
        loops[0].wait()
        for room in rooms { room.post { $0.drain() } }
        let left = counts.waitForNone(milliseconds: milliseconds)
        stop()
        return left
    }

    /// Closes all connections and ends; waits for that. May be called again; not from a loop.
    package func stop() {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            acceptor.post { $0.close() }
            // Connections that the acceptor has handed over before are behind its end in no loop's line.
            loops[0].wait()
            for room in rooms { room.post { $0.closeAll() } }
            for loop in loops { loop.stop() }
        }
    }
}
