import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookServerTesting
import Synchronization
import Testing

struct OperationsTests {
    private let control = ToldControl()
    private let places = CountedPlaces()

    private var router: GRPCRouter {
        var router = GRPCRouter()
        OperationsDesk(control, places: places).add(to: &router)
        return router
    }

    private func call(_ path: String, _ message: [UInt8] = []) -> HandCall {
        let call = HandCall(to: path, router)
        call.send(message: message)
        call.end()
        call.loop.turn()
        return call
    }

    @Test func `a scavenge is begun once, and stopped by its id`() {
        let first = call(Operations.startScavenge)
        #expect(first.messages == [Operations.ScavengeResponse(id: "one", .started).encoded()])
        let second = call(Operations.startScavenge)
        #expect(second.messages == [Operations.ScavengeResponse(id: "one", .inProgress).encoded()])
        func stop(_ id: String) -> HandCall {
            call(Operations.stopScavenge, message { $0.message(1) { $0.string(1, id) } })
        }
        let other = stop("two")
        #expect(other.answer.code == .notFound)
        #expect(other.status?["exception"] == "scavenge-not-found")
        #expect(other.status?["scavenge-id"] == "two")
        let stopped = stop("one")
        #expect(stopped.messages == [Operations.ScavengeResponse(id: "one", .stopped).encoded()])
        #expect(stop("one").answer.code == .notFound)
    }

    @Test func `a shutdown is answered, and done`() {
        #expect(control.shutdowns == 0)
        #expect(call(Operations.shutdown).answer.code == .ok)
        #expect(control.shutdowns == 1)
    }

    @Test(arguments: [
        Operations.mergeIndexes, Operations.resignNode, Operations.setNodePriority,
    ])
    func `what means nothing to a server that is alone is answered`(path: String) {
        #expect(call(path).answer.code == .ok)
        #expect(call(path).messages == [[]])
    }

    @Test func `what there is not is said in words`() {
        let call = call(Operations.restartPersistentSubscriptions)
        #expect(call.answer.code == .unimplemented)
        #expect(
            call.status?["grpc-message"] == "there are no persistent subscriptions on this server")
        #expect(!router.paths.contains(Operations.restartPersistentSubscriptions))
    }

    @Test(arguments: [(0, 100), (250, 250), (UInt64.max, 86_400_000)] as [(UInt64, Int)])
    func `figures are told again and again`(asked: UInt64, milliseconds: Int) {
        let call = call(Monitoring.stats, message { $0.uint64(4, asked) })
        let first = Monitoring.StatsResponse([.init("asked", "1")]).encoded()
        let second = Monitoring.StatsResponse([.init("asked", "2")]).encoded()
        #expect(call.messages == [first])
        #expect(places.taken == 1 && call.exchange.isEndless)
        call.loop.pass(milliseconds: milliseconds - 1)
        call.loop.turn()
        #expect(call.messages == [first])
        call.loop.pass(milliseconds: 1)
        call.loop.turn()
        #expect(call.messages == [first, second])
        call.exchange.fail()
        #expect(places.taken == 0)
        call.loop.pass(milliseconds: milliseconds)
        call.loop.turn()
        #expect(control.asked == 2, "nobody is there any more")
    }

    @Test func `figures wait for a client that does not take them, and end with the server`() {
        let call = call(Monitoring.stats)
        call.answer.isStuck = true
        control.figureBytes = 300_000
        for _ in 0..<3 {
            call.loop.pass(milliseconds: 100)
            call.loop.turn()
        }
        #expect(control.asked == 2)
        call.answer.isStuck = false
        call.exchange.handler?.writable()
        call.loop.pass(milliseconds: 100)
        call.loop.turn()
        #expect(control.asked == 3)
        call.exchange.handler?.drain()
        #expect(call.answer.code == .unavailable)
        #expect(places.taken == 0)
        #expect(call.loop.pendingTimers == 0)
    }

    @Test func `figures take a place like a subscription`() {
        #expect(places.take() && places.take())
        #expect(call(Monitoring.stats).answer.code == .resourceExhausted)
    }
}

/// Notes what it is told to do.
final class ToldControl: NodeControl {
    private struct State {
        var isCompacting = false
        var shutdowns = 0
        var asked = 0
        var figureBytes = 0
    }
    private let state = Mutex(State())

    var shutdowns: Int { state.withLock { $0.shutdowns } }
    var asked: Int { state.withLock { $0.asked } }
    /// Of a further figure.
    var figureBytes: Int {
        get { state.withLock { $0.figureBytes } }
        set { state.withLock { $0.figureBytes = newValue } }
    }

    func startCompaction() -> (id: String, isNew: Bool) {
        state.withLock { state in
            defer { state.isCompacting = true }
            return ("one", !state.isCompacting)
        }
    }
    func stopCompaction(_ id: String) -> Bool {
        state.withLock { state in
            guard state.isCompacting, id == "one" else { return false }
            state.isCompacting = false
            return true
        }
    }
    func shutDown() { state.withLock { $0.shutdowns += 1 } }
    func figures(_ done: @escaping @Sendable ([Monitoring.StatsResponse.Figure]) -> Void) {
        let (asked, bytes) = state.withLock { state in
            state.asked += 1
            return (state.asked, state.figureBytes)
        }
        var figures = [Monitoring.StatsResponse.Figure("asked", "\(asked)")]
        if bytes > 0 { figures.append(.init("long", String(repeating: "x", count: bytes))) }
        done(figures)
    }
}
