import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookServerTesting
import Testing

/// Which requests become calls.
struct AdmissionTests {
    @Test func `an unknown method is not implemented`() {
        let call = HandCall(to: "/test.Test/Nothing", .forTests())
        #expect(call.status?["grpc-status"] == "12")
        #expect(call.status?["grpc-message"] == "there is no method /test.Test/Nothing")
    }

    @Test(arguments: [
        "application/grpc", "application/grpc+proto", "application/grpc;foo",
        "application/grpc+proto ; charset=utf-8", "Application/GRPC",
    ])
    func `calls are known by their content type`(type: String) {
        let fields: HTTPFields = ["te": "trailers", "content-type": type]
        #expect(HandCall(.forTests(), fields: fields).answer.head == nil)
    }

    @Test(arguments: [
        "application/grpc+json", "application/grpc+json;foo", "application/grpc-web",
        "application/json", nil,
    ])
    func `other formats of messages are not supported`(type: String?) {
        var fields: HTTPFields = ["te": "trailers"]
        if let type { fields.add("content-type", type) }
        #expect(HandCall(.forTests(), fields: fields).answer.head?.status == 415)
    }

    @Test func `a call is a POST, and trailers pass`() {
        #expect(HandCall(.forTests(), method: "GET").status?["grpc-status"] == "13")
        let call = HandCall(.forTests(), fields: ["content-type": "application/grpc"])
        #expect(call.status?["grpc-status"] == "13")
        #expect(
            call.status?["grpc-message"]?.hasPrefix("the field `te: trailers` is missing") == true)
    }

    @Test(arguments: [
        ("trailers", true), ("Trailers", true), ("gzip;q=0.5, TRAILERS", true), ("gzip", false),
        ("trailersome", false), ("", false),
    ])
    func `trailers pass where they are in the list`(value: String, pass: Bool) {
        let fields: HTTPFields = ["content-type": "application/grpc", "te": value]
        #expect((HandCall(.forTests(), fields: fields).status == nil) == pass)
    }

    @Test(
        arguments: [
            (nil, 1, "13"), ("identity", 1, "13"), ("gzip", 1, "12"), (nil, 2, "13"),
            ("gzip", 0, nil),
        ] as [(String?, UInt8, String?)])
    func `compressed messages are not taken`(encoding: String?, flag: UInt8, code: String?) {
        var fields = HandCall.fields
        if let encoding { fields.add("grpc-encoding", encoding) }
        let call = HandCall(.forTests(), fields: fields)
        call.send(message: [], flag: flag)
        #expect(call.status?["grpc-status"] == code)
        if code == "12" { #expect(call.status?["grpc-accept-encoding"] == "identity") }
    }

    @Test func `a message beyond the limit ends the call when its length is known`() {
        let call = HandCall(.forTests())
        call.send([0, 0, 0, 3, 0xE8])
        #expect(call.status == nil)
        let tooLong = HandCall(.forTests())
        tooLong.send([0, 0, 0, 3, 0xE9])
        #expect(tooLong.status?["grpc-status"] == "8")
        #expect(
            tooLong.status?["grpc-message"]
                == "the message has 1001 bytes, and at most 1000 are taken")
    }

    @Test func `what calls hold of messages that are not whole is bounded, and given back`() {
        let router = GRPCRouter.forTests()
        let start = Array(framed([UInt8](repeating: 0, count: 1_000)).prefix(800))
        let first = HandCall(router)
        first.send(start)
        let second = HandCall(router)
        second.send(start)
        #expect(first.status == nil)
        #expect(second.status?["grpc-status"] == "8")
        first.exchange.fail()
        let third = HandCall(router)
        third.send(start)
        #expect(third.status == nil)
        third.send([UInt8](repeating: 0, count: 205))
        third.end()
        let fourth = HandCall(router)
        fourth.send(start)
        #expect(fourth.status == nil, "the third call holds nothing any more")
    }

    @Test func `a message that waits for the end of its request is held, too`() {
        let router = GRPCRouter.forTests()
        let whole = Text(String(repeating: "a", count: 797)).encoded()
        let first = HandCall(router)
        first.send(message: whole)
        let second = HandCall(router)
        second.send(message: whole)
        #expect(first.status == nil)
        #expect(second.status?["grpc-status"] == "8")
        first.end()
        #expect(first.status?["grpc-status"] == "0")
        let third = HandCall(router)
        third.send(message: whole)
        let fourth = HandCall(to: "/test.Test/Later", router)
        fourth.send(message: Text(String(repeating: "b", count: 600)).encoded())
        fourth.end()
        #expect(third.status == nil && fourth.status == nil)
        let fifth = HandCall(router)
        fifth.send(message: Text(String(repeating: "c", count: 600)).encoded())
        #expect(fifth.status == nil, "the method of the fourth has its message, and the call none")
    }
}
