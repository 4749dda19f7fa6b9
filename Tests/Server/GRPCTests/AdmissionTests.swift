import DaybookGRPC
import DaybookHTTP
import Testing

/// Which requests become calls.
struct AdmissionTests {
    @Test func `an unknown method is not implemented`() {
        let call = FakeCall(to: "/test.Test/Nothing", .forTests())
        #expect(call.status?["grpc-status"] == "12")
        #expect(call.status?["grpc-message"] == "there is no method /test.Test/Nothing")
    }

    @Test(arguments: ["application/grpc", "application/grpc+proto"])
    func `calls are known by their content type`(type: String) {
        let fields: HTTPFields = ["te": "trailers", "content-type": type]
        #expect(FakeCall(.forTests(), fields: fields).carrier.response == nil)
    }

    @Test(arguments: ["application/grpc+json", "application/grpc;foo"])
    func `other formats of messages are not supported`(type: String) {
        let call = FakeCall(.forTests(), fields: ["te": "trailers", "content-type": type])
        #expect(call.carrier.response?.status == 415)
    }

    @Test(arguments: [
        [:], ["content-type": "application/json"], ["content-type": "application/grpc-web"],
    ])
    func `what is no call goes elsewhere`(fields: [String: String]) {
        var head: HTTPFields = ["te": "trailers"]
        for (name, value) in fields { head.add(name, value) }
        #expect(FakeCall(.forTests(), fields: head).carrier.response?.status == 404)
    }

    @Test func `a call is a POST, and trailers pass`() {
        #expect(FakeCall(.forTests(), method: "GET").status?["grpc-status"] == "13")
        let call = FakeCall(.forTests(), fields: ["content-type": "application/grpc"])
        #expect(call.status?["grpc-status"] == "13")
        #expect(
            call.status?["grpc-message"]?.hasPrefix("the field `te: trailers` is missing") == true)
    }

    @Test(
        arguments: [
            (nil, 1, "13"), ("identity", 1, "13"), ("gzip", 1, "12"), (nil, 2, "13"),
            ("gzip", 0, nil),
        ] as [(String?, UInt8, String?)])
    func `compressed messages are not taken`(encoding: String?, flag: UInt8, code: String?) {
        var fields = FakeCall.fields
        if let encoding { fields.add("grpc-encoding", encoding) }
        let call = FakeCall(.forTests(), fields: fields)
        call.send(message: [], flag: flag)
        #expect(call.status?["grpc-status"] == code)
        if code == "12" { #expect(call.status?["grpc-accept-encoding"] == "identity") }
    }

    @Test func `a message beyond the limit ends the call when its length is known`() {
        let call = FakeCall(.forTests())
        call.send([0, 0, 0, 3, 0xE8])
        #expect(call.status == nil)
        let tooLong = FakeCall(.forTests())
        tooLong.send([0, 0, 0, 3, 0xE9])
        #expect(tooLong.status?["grpc-status"] == "8")
        #expect(
            tooLong.status?["grpc-message"]
                == "the message has 1001 bytes, and at most 1000 are taken")
    }

    @Test func `what calls hold of messages that are not whole is bounded, and given back`() {
        let router = GRPCRouter.forTests()
        let start = Array(framed([UInt8](repeating: 0, count: 1_000)).prefix(800))
        let first = FakeCall(router)
        first.send(start)
        let second = FakeCall(router)
        second.send(start)
        #expect(first.status == nil)
        #expect(second.status?["grpc-status"] == "8")
        first.exchange.fail()
        let third = FakeCall(router)
        third.send(start)
        #expect(third.status == nil)
        third.send([UInt8](repeating: 0, count: 205))
        let fourth = FakeCall(router)
        fourth.send(start)
        #expect(fourth.status == nil, "the third call holds nothing any more")
    }
}
