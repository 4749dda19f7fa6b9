import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookHTTP

/// Both ends do whatever comes to mind, and nothing is lost, doubled or leaked.
@Suite struct HTTP2RandomTests {
    static let rounds = Host.environment("DAYBOOK_THOROUGH") == "1" ? 2_000 : 40

    /// A call seen from both sides.
    final class Trace {
        let caller: Caller
        let call: HTTPCall
        var sent: [UInt8] = []
        var isFinished = false
        var isCancelled = false
        var answered: [UInt8] = []
        var isAnswered = false
        var isAborted = false
        var given = 0
        var taken = 0

        init(_ caller: Caller, _ call: HTTPCall) {
            self.caller = caller
            self.call = call
        }
    }

    @Test(
        "Calls opened, written, ended and broken off at random end once, with the bytes that were sent"
    )
    func calls() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        for _ in 0..<Self.rounds { round(random, "seed \(seed)") }
    }

    func round(_ random: SeededRandomness, _ note: Comment) {
        var limits = HTTPLimits()
        limits.streamWindowBytes = 1_000 + random.next(below: 50_000)
        limits.connectionWindowBytes = 65_535 + random.next(below: 50_000)
        limits.streamsMax = 5 + random.next(below: 20)
        limits.connectionWaitingBytesMax = 100_000
        let service = OpenService(consumes: false)
        let pair = HTTP2Pair(service, limits: limits, clientLimits: limits)
        var traces: [Trace] = []
        func bytes() -> [UInt8] {
            (0..<1 + random.next(below: 20_000)).map { UInt8(truncatingIfNeeded: $0) }
        }
        /// The call that an exchange answers.
        func trace(_ visitor: Visitor) -> Trace {
            traces[Int(visitor.exchange.head.target.dropFirst())!]
        }
        for _ in 0..<200 {
            switch random.next(below: 12) {
            case 0:
                let caller = Caller()
                caller.consumes = false
                let head = RequestHead(method: "POST", authority: "h", target: "/\(traces.count)")
                let call = pair.client.call(head, caller)
                caller.call = call
                traces.append(Trace(caller, call))
            case 1...2:
                guard let trace = random.pick(traces), !trace.isFinished, !trace.isCancelled else {
                    continue
                }
                let piece = bytes()
                if !trace.call.isOver { trace.sent += piece }
                trace.call.write(piece)
            case 3:
                guard let trace = random.pick(traces) else { continue }
                trace.isFinished = true
                trace.call.finish()
            case 4:
                guard let trace = random.pick(traces), random.chance(1, in: 3) else { continue }
                trace.isCancelled = true
                trace.call.cancel()
            case 5...6:
                guard let visitor = random.pick(service.visitors), !visitor.exchange.isOver else {
                    continue
                }
                let trace = trace(visitor)
                visitor.exchange.respond(ResponseHead(status: 200))
                let piece = bytes()
                trace.answered += piece
                visitor.exchange.write(piece)
            case 7:
                guard let visitor = random.pick(service.visitors), !visitor.exchange.isOver else {
                    continue
                }
                let trace = trace(visitor)
                if random.chance(1, in: 4) {
                    trace.isAborted = true
                    visitor.exchange.abort()
                } else {
                    trace.isAnswered = true
                    visitor.exchange.respond(ResponseHead(status: 200))
                    visitor.exchange.finish(trailers: random.chance(1, in: 2) ? ["t": "u"] : [:])
                }
            case 8: consume(service, traces)
            default: pair.run { _ in 1 + random.next(below: 5_000) }
            }
        }
        // All that is open comes to an end.
        for trace in traces where !trace.isFinished && !trace.isCancelled { trace.call.finish() }
        for _ in 0..<2_000 {
            pair.run()
            let isDone = consume(service, traces)
            for visitor in service.visitors where visitor.hasEnded && !visitor.exchange.isOver {
                trace(visitor).isAnswered = true
                visitor.exchange.respond(ResponseHead(status: 200))
                visitor.exchange.finish()
            }
            if isDone && traces.allSatisfy(\.call.isOver) { break }
        }
        for trace in traces {
            let caller = trace.caller
            #expect(trace.call.isOver, note)
            #expect(trace.answered.starts(with: caller.body), note)
            // Exactly one end, and none for whoever has cancelled.
            let ends = (caller.trailers == nil ? 0 : 1) + (caller.failure == nil ? 0 : 1)
            #expect(ends == 1 || trace.isCancelled && ends <= 1, note)
            if caller.trailers != nil {
                #expect(trace.isAnswered && caller.body == trace.answered, note)
            }
        }
        for visitor in service.visitors {
            #expect(visitor.exchange.isOver, note)
            #expect(trace(visitor).sent.starts(with: visitor.body), note)
            if visitor.hasEnded { #expect(trace(visitor).sent == visitor.body, note) }
        }
        checkWindows(pair, service, note)
    }

    /// Says on both sides that what has come is done with; whether there was nothing.
    @discardableResult
    func consume(_ service: OpenService, _ traces: [Trace]) -> Bool {
        var isDone = true
        for trace in traces where trace.caller.body.count > trace.taken {
            isDone = false
            trace.call.consumed(trace.caller.body.count - trace.taken)
            trace.taken = trace.caller.body.count
        }
        for visitor in service.visitors {
            let trace = traces[Int(visitor.exchange.head.target.dropFirst())!]
            if visitor.body.count == trace.given { continue }
            isDone = false
            visitor.exchange.consumed(visitor.body.count - trace.given)
            trace.given = visitor.body.count
        }
        return isDone
    }

    /// A large call goes through afterwards: no part of the connection's windows was lost.
    func checkWindows(_ pair: HTTP2Pair, _ service: OpenService, _ note: Comment) {
        let before = service.visitors.count
        let caller = pair.client.ask("/0", String(repeating: "x", count: 400_000))
        pair.run()
        guard service.visitors.count == before + 1 else {
            Issue.record(note)
            return
        }
        let visitor = service.visitors[before]
        while !visitor.hasEnded {
            let had = visitor.body.count
            visitor.exchange.consumed(had)
            pair.run()
            if visitor.body.count == had && !visitor.hasEnded { break }
        }
        #expect(visitor.body.count == 400_000, note)
        visitor.exchange.respond(ResponseHead(status: 200))
        visitor.exchange.write(Array(repeating: 7, count: 400_000))
        visitor.exchange.finish()
        pair.run()
        #expect(caller.body.count == 400_000 && caller.trailers != nil, note)
        #expect((pair.server.chosen as? HTTP2ServerSession)?.waitingBytes == 0, note)
    }
}

extension SeededRandomness {
    fileprivate func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[next(below: elements.count)]
    }
}
