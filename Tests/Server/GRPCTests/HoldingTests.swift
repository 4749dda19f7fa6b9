import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookServerTesting
import Testing

/// What clients may hold of the memory that all share, and for how long.
struct HoldingTests {
    private static let limits = GRPCLimits(
        messageBytesMax: 1_000, heldBytesMax: 4_500, progressSeconds: 30)

    /// The beginning of a message of 1,000 bytes.
    private static let start = Array(framed([UInt8](repeating: 0, count: 1_000)).prefix(800))

    @Test func `one connection holds a quarter at most, and others have the rest`() {
        let router = GRPCRouter.forTests(limits: Self.limits)
        let greedy = ConnectionBytes()
        let first = HandCall(router, by: greedy)
        first.send(Self.start)
        let second = HandCall(router, by: greedy)
        second.send(Self.start)
        #expect(first.status == nil)
        #expect(second.status?["grpc-status"] == "8")
        #expect(
            second.status?["grpc-message"]
                == "the messages that are coming in take more than 1125 bytes on one connection")
        let other = HandCall(router)
        other.send(Self.start)
        #expect(other.status == nil)
        first.exchange.fail()
        let third = HandCall(router, by: greedy)
        third.send(Self.start)
        #expect(third.status == nil, "what the first held was given back")
    }

    @Test func `a connection may hold what the largest request needs, and never more than all`() {
        func most(_ all: Int, _ request: Int) -> Int {
            ClientBytes(.events, bytesMax: all, requestBytesMax: request).connectionBytesMax
        }
        #expect(most(400, 10) == 100)
        #expect(most(400, 150) == 150)
        #expect(most(400, 500) == 400)
    }

    @Test func `messages and events of a connection are counted apart`() {
        let connection = ConnectionBytes()
        let messages = ClientBytes(.messages, bytesMax: 400, requestBytesMax: 0)
        let events = ClientBytes(.events, bytesMax: 400, requestBytesMax: 0)
        #expect(messages.add(100, by: connection) == nil)
        #expect(events.add(100, by: connection) == nil)
        #expect(events.add(1, by: connection) == .ofConnection(bytesMax: 100))
        #expect(events.add(-1, by: connection) == nil)
        for _ in 0..<3 { #expect(events.add(100, by: ConnectionBytes()) == nil) }
        #expect(events.add(1, by: ConnectionBytes()) == .ofAll(bytesMax: 400))
    }

    @Test func `a client that leaves half a message behind loses its call`() {
        let router = GRPCRouter.forTests(limits: Self.limits)
        let diary = Diary()
        let call = HandCall(
            to: "/test.Test/Talk", .forTests(diary: diary, limits: Self.limits))
        call.send(Self.start)
        for second in 0...30 { call.tick(second) }
        #expect(call.status == nil)
        call.tick(31)
        #expect(call.status?["grpc-status"] == "4")
        #expect(
            call.status?["grpc-message"] == "the rest of the request did not come for 30 seconds")
        #expect(diary.all == ["(cancelled)"])
        // And so does one that leaves its only message without an end.
        let unary = HandCall(router)
        unary.send(message: Text("a").encoded())
        for second in 0...31 { unary.tick(second) }
        #expect(unary.status?["grpc-status"] == "4")
    }

    @Test func `a client that goes on keeps its call, be it by messages or by bytes`() {
        let held = Held()
        let call = HandCall(
            to: "/test.Test/Talk", .forTests(held: held, limits: Self.limits))
        call.send(message: Text("keep").encoded())
        for second in stride(from: 0, to: 200, by: 20) {
            call.tick(second)
            call.send(message: [])
        }
        for second in 200...230 { call.tick(second) }
        #expect(call.status == nil)
        call.tick(231)
        #expect(call.status?["grpc-status"] == "4", "the method still has a part of something")

        let large = GRPCLimits(messageBytesMax: 1 << 20, heldBytesMax: 4 << 20)
        let slow = HandCall(to: "/test.Test/Talk", .forTests(limits: large))
        slow.send([0, 0, 15, 0, 0])
        for second in 0..<300 {
            slow.tick(second)
            slow.send([UInt8](repeating: 0, count: 1_000))
        }
        #expect(slow.status == nil, "a line of 1,000 bytes a second is in use")
        let slower = HandCall(to: "/test.Test/Talk", .forTests(limits: large))
        slower.send([0, 0, 15, 0, 0])
        for second in 0..<40 where slower.status == nil {
            slower.tick(second)
            slower.send([UInt8](repeating: 0, count: 500))
        }
        #expect(slower.status?["grpc-status"] == "4")
    }

    @Test func `a call that holds nothing may last, and so may one that is held up or answered`() {
        let (held, later) = (Held(), Held())
        let idle = HandCall(to: "/test.Test/Talk", .forTests(limits: Self.limits))
        idle.send(message: Text("a").encoded())
        let slowed = HandCall(
            to: "/test.Test/Talk", .forTests(held: held, limits: Self.limits))
        slowed.send(message: Text("hold").encoded())
        slowed.send(Self.start)
        let answered = HandCall(
            to: "/test.Test/Later", .forTests(held: later, limits: Self.limits))
        answered.send(all: [[]])
        for second in 0..<1_000 {
            for call in [idle, slowed, answered] { call.tick(second) }
        }
        #expect(idle.status == nil && slowed.status == nil && answered.status == nil)
        // It has its time from when it is the client's turn again.
        held.call?.resume()
        for second in 1_000...1_030 { slowed.tick(second) }
        #expect(slowed.status == nil)
        slowed.tick(1_031)
        #expect(slowed.status?["grpc-status"] == "4")
    }
}

extension HandCall {
    /// Has the call look at the clock.
    fileprivate func tick(_ second: Int) { exchange.handler?.tick(at: Int64(second) * 1_000) }
}
