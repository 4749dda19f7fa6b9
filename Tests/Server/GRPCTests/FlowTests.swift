import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookServerTesting
import Testing

/// Time, cancellation, and who waits for whom.
struct FlowTests {
    @Test(arguments: [
        ("1H", 3_600_000), ("2M", 120_000), ("3S", 3_000), ("4m", 4), ("1500u", 2), ("1n", 1),
        ("99999999m", 99_999_999),
    ])
    func `a call ends when its time is up`(timeout: String, milliseconds: Int) {
        let diary = Diary()
        let call = HandCall(
            to: "/test.Test/Talk", .forTests(diary: diary),
            fields: HandCall.fields(("grpc-timeout", timeout)))
        call.loop.pass(milliseconds: milliseconds - 1)
        #expect(call.status == nil)
        call.loop.pass(milliseconds: 1)
        #expect(call.status?["grpc-status"] == "4")
        #expect(diary.all == ["(cancelled)"])
    }

    @Test(arguments: ["0n", "0m", "0H"])
    func `a call whose time is up already is not begun`(timeout: String) {
        let diary = Diary()
        let call = HandCall(
            to: "/test.Test/Talk", .forTests(diary: diary),
            fields: HandCall.fields(("grpc-timeout", timeout)))
        #expect(call.status?["grpc-status"] == "4")
        #expect(diary.all == [])
    }

    @Test(arguments: ["", "S", "1", "1x", "123456789S", "-1S", "1.5S", " 1S"])
    func `what is no time is refused`(timeout: String) {
        let call = HandCall(.forTests(), fields: HandCall.fields(("grpc-timeout", timeout)))
        #expect(call.status?["grpc-status"] == "3")
    }

    @Test func `a call that is over leaves no timer behind`() {
        let call = HandCall(.forTests(), fields: HandCall.fields(("grpc-timeout", "1S")))
        #expect(call.loop.pendingTimers == 1)
        call.send(message: [])
        call.end()
        #expect(call.loop.pendingTimers == 0)
        call.loop.pass(milliseconds: 1_000)
        #expect(call.status?["grpc-status"] == "0")
    }

    @Test func `the fields of a call are let go when its method is made`() {
        let held = Held()
        let call = HandCall(
            to: "/test.Test/Talk", .forTests(held: held),
            fields: HandCall.fields(("x", String(repeating: "y", count: 10_000))))
        #expect(held.call?.head.target == "/test.Test/Talk")
        #expect(call.exchange.head.fields.isEmpty)
    }

    @Test func `whoever counts is told which method a call is for`() {
        let router = GRPCRouter.forTests()
        for (place, path) in router.paths.enumerated() {
            #expect(HandCall(to: path, router).exchange.kind == .call(place))
        }
        let json: HTTPFields = ["content-type": "application/grpc+json"]
        #expect(
            HandCall(to: router.paths[1], router, fields: json).exchange.kind == .call(1))
        #expect(HandCall(to: "/test.Test/Nothing", router).exchange.kind == .other)
    }

    @Test func `a client that goes cancels its call`() {
        let diary = Diary()
        let held = Held()
        let call = HandCall(to: "/test.Test/Later", .forTests(diary: diary, held: held))
        call.send(message: [])
        call.end()
        call.exchange.fail()
        #expect(diary.all == ["(cancelled)"])
        held.call?.reply(Text("nobody there"))
        #expect(call.answer.body == [] && call.answer.head == nil)
    }

    @Test func `a call that is held slows its client down, and goes on where it stopped`() throws {
        let diary = Diary()
        let held = Held()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary, held: held))
        let one = framed(Text("a").encoded())
        let hold = framed(Text("hold").encoded())
        call.send(one + hold + one)
        #expect(call.answer.consumed == one.count + hold.count)
        call.send(hold + one)
        call.end()
        #expect(diary.all == ["a", "hold"])
        held.call?.resume()
        #expect(diary.all == ["a", "hold", "a", "hold"])
        #expect(call.answer.consumed == 2 * (one.count + hold.count))
        held.call?.resume()
        #expect(diary.all == ["a", "hold", "a", "hold", "a", "(end)"])
        #expect(call.status?["grpc-status"] == "0")
    }

    @Test func `a method is told the end of the request once`() {
        let diary = Diary()
        let held = Held()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary, held: held))
        call.send(message: Text("stay").encoded())
        call.end()
        held.call?.hold()
        held.call?.resume()
        #expect(diary.all == ["stay", "(end)"])
    }

    @Test func `a method asks whether to go on, and is told when there is room`() {
        let diary = Diary()
        let held = Held()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary, held: held))
        call.answer.isStuck = true
        #expect(held.call?.isWritable == true)
        var messages = GRPCMessages()
        for _ in 0..<Exchange.waitingBytesMax / 1_000 + 1 {
            messages.add { $0.array(1, [UInt8](repeating: 1, count: 1_000)) }
        }
        held.call?.send(&messages)
        #expect(call.answer.writes == 1, "what was added together is sent together")
        #expect(held.call?.isWritable == false)
        call.answer.isStuck = false
        call.exchange.handler?.writable()
        #expect(diary.all == ["(writable)"])
    }

    @Test func `the head goes out before the first message where the method wants it`() {
        let held = Held()
        let call = HandCall(to: "/test.Test/Talk", .forTests(held: held))
        held.call?.accept()
        #expect(call.answer.head?.status == 200)
        call.end()
        #expect(call.answer.trailers == ["grpc-status": "0"])
    }
}
