import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookServerTesting
import Testing

struct CallTests {
    @Test func `one message is answered with one message and the status`() throws {
        let call = HandCall(.forTests())
        call.send(message: Text("hello").encoded())
        #expect(call.answer.head == nil, "a second message may still come")
        call.end()
        #expect(call.answer.head?.status == 200)
        #expect(call.answer.head?.fields["content-type"] == "application/grpc")
        #expect(try call.messages.map { try Text($0) } == [Text("hello")])
        #expect(call.answer.trailers == ["grpc-status": "0"])
        #expect(call.answer.consumed == 12)
    }

    @Test(arguments: 1..<40)
    func `messages come in pieces of any size`(size: Int) throws {
        let diary = Diary()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary))
        let texts = ["a", "", "a longer one", "ü"]
        let bytes = texts.flatMap { framed(Text($0).encoded()) }
        for start in stride(from: 0, to: bytes.count, by: size) {
            call.send(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        call.end()
        #expect(diary.all == texts + ["(end)"])
        #expect(try call.messages.map { try Text($0).text } == texts)
        #expect(call.answer.consumed == bytes.count)
        #expect(call.status?["grpc-status"] == "0")
    }

    @Test func `an answer may come later, from the loop`() throws {
        let held = Held()
        let call = HandCall(to: "/test.Test/Later", .forTests(held: held))
        call.send(message: [])
        call.end()
        #expect(call.status == nil)
        let later = try #require(held.call)
        LoopBound(later, on: call.loop).post { $0.reply(Text("at last")) }
        call.loop.turn()
        #expect(try call.messages.map { try Text($0).text } == ["at last"])
        #expect(call.status?["grpc-status"] == "0")
    }

    @Test func `no message, two messages and half a message are no call with one message`() {
        let none = HandCall(.forTests())
        none.end()
        #expect(none.status?["grpc-status"] == "12")
        let diary = Diary()
        let two = HandCall(.forTests(diary: diary))
        two.send(framed([]) + framed([]))
        #expect(two.status?["grpc-status"] == "12")
        #expect(diary.all == [])
        let half = HandCall(.forTests())
        half.send([0, 0, 0, 0, 2, 10])
        half.end()
        #expect(half.status?["grpc-status"] == "13")
        #expect(half.status?["grpc-message"] == "the request ends inside a message")
    }

    @Test func `a status of a method is the whole answer where nothing was sent before`() {
        let call = HandCall(to: "/test.Test/Refuse", .forTests())
        call.send(message: Text("no %, no ü\n").encoded())
        call.end()
        #expect(call.answer.trailers == [:])
        #expect(
            call.answer.head
                == ResponseHead(
                    status: 200,
                    fields: [
                        "content-type": "application/grpc", "grpc-status": "5",
                        "grpc-message": "no %25, no %C3%BC%0A", "exception": "not-found",
                    ]))
    }

    @Test func `a status after messages stands in the trailers, and what comes then is ignored`() {
        let diary = Diary()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary))
        call.send(framed(Text("a").encoded()) + framed(Text("stop").encoded()) + framed([]))
        #expect(call.answer.trailers?["grpc-status"] == "10")
        #expect(call.answer.trailers?["grpc-message"] == "stopped")
        #expect(diary.all == ["a", "stop", "(cancelled)"])
        call.send(message: [])
        call.end()
        call.exchange.fail()
        #expect(diary.all.count == 3)
    }

    @Test func `a method that has finished is told nothing more`() {
        let diary = Diary()
        let held = Held()
        let call = HandCall(to: "/test.Test/Talk", .forTests(diary: diary, held: held))
        call.send(framed(Text("done").encoded()) + framed(Text("more").encoded()))
        call.end()
        #expect(diary.all == ["done"])
        #expect(held.call?.isOver == true)
        held.call?.reply(Text("too late"))
        #expect(call.messages == [])
    }

    @Test func `what is no message of the method is the client's mistake`() {
        let call = HandCall(.forTests())
        call.send(message: [0x0A, 5])
        call.end()
        #expect(call.status?["grpc-status"] == "3")
        #expect(
            call.status?["grpc-message"]
                == "not a Protobuf message of the expected type: it ends too early, at byte 2, in field 1"
        )
    }
}
