import Daybook
import DaybookHTTP
import DaybookPlatform
import DaybookStore
import Testing

/// Which subscriptions go on when something was recorded: each look that one makes for nothing costs as much as an
/// append.
@Suite("A subscription at the head") struct WakingTests {
    /// A server that knows of what came last, as it does from the first look on.
    private func server(places: Int) async throws -> ReadingServer {
        let server = try await ReadingServer()
        server.places.allow(places + 1)
        let first = server.read(.stream("first").subscription)
        _ = try first.told()
        try await server.append("t", to: "busy")
        _ = try first.told()
        first.leave()
        return server
    }

    @Test func `to a stream is left alone by what comes to others`() async throws {
        let server = try await server(places: 200)
        let idle = (0..<200).map { server.read(.stream("idle-\($0)").subscription) }
        for call in idle { #expect(try call.told() == ["confirmed", "caught up"]) }
        let before = server.places.wakes
        for _ in 0..<50 {
            try await server.append("t", to: "busy")
            #expect(try idle[0].told() == [])
        }
        #expect(server.places.wakes == before)
        try await server.append("one", to: "idle-7")
        #expect(try idle[7].told() == ["idle-7:0:one"])
        #expect(server.places.wakes == before + 1)
    }

    @Test func `to a stream hears that it is deleted for good`() async throws {
        let server = try await server(places: 1)
        try await server.append("one", to: "s")
        let call = server.read(.stream("s").subscription)
        #expect(try call.told() == ["confirmed", "s:0:one", "caught up revision 0"])
        try await server.append("t", to: "busy")
        #expect(try call.told() == [])
        _ = try await server.store.delete("s", .tombstone, expecting: .any)
        #expect(try call.told() == [])
        #expect(call.status?["exception"] == "stream-deleted")
    }

    @Test(arguments: ["^wanted$", "(?:)^wanted$"])
    func `with a filter is left alone by what others want, and tells how far was looked`(
        expression: String
    ) async throws {
        let server = try await server(places: 30)
        let calls = (0..<30).map { _ in
            server.read(.all.from(.end).filter(.pattern(expression)).subscription)
        }
        for call in calls { #expect(try call.told().count == 2) }
        let before = server.places.wakes
        for _ in 0..<7 {
            try await server.append("no", to: "s")
            #expect(try calls[0].told() == [])
        }
        #expect(server.places.wakes == before)
        try await server.append("no", to: "s")
        for call in calls { #expect(try call.told() == ["checkpoint 9"]) }
        #expect(server.places.wakes == before + 30)
        try await server.append("wanted", to: "s")
        for call in calls { #expect(try call.told() == ["s:8:wanted"]) }
        #expect(server.places.wakes == before + 60)
    }

    @Test func `to a system stream goes on with its entries alone`() async throws {
        let server = try await server(places: 3)
        let calls = ["$ce-order", "$et-paid", "$streams"].map {
            server.read(.stream($0).resolved.subscription)
        }
        for call in calls { _ = try call.told() }
        let before = server.places.wakes
        try await server.append("t", "t", "t", to: "busy")
        for call in calls { #expect(try call.told() == []) }
        #expect(server.places.wakes == before)
        try await server.append("paid", to: "order-1")
        for call in calls { #expect(try call.told().count == 1) }
    }

    @Test(arguments: UInt64(1)...3)
    func `misses nothing, whatever came between`(seed: UInt64) async throws {
        let random = SeededRandomness(seed: seed)
        func choose(_ from: [String]) -> String { from[Int(random.next() % UInt64(from.count))] }
        let server = try await server(places: 3)
        let calls = [
            server.read(.all.from(.end).subscription), server.read(.stream("a").subscription),
            server.read(.all.from(.end).filter(.pattern("(?:)^u$")).subscription),
        ]
        var told: [[String]] = try calls.map { try $0.told() }
        for _ in 0..<300 {
            try await server.append(choose(["t", "u"]), to: choose(["a", "b", "c"]))
            // Some look at each, some at many together.
            if random.next().isMultiple(of: 2) {
                for number in calls.indices { told[number] += try calls[number].told() }
            }
        }
        for number in calls.indices { told[number] += try calls[number].told() }
        let all = told[0].filter { $0.split(separator: ":").count == 3 }.map {
            $0.split(separator: ":").map(String.init)
        }
        #expect(all.count == 300)
        let ofA = told[1].filter { $0.hasPrefix("a:") }
        #expect(ofA == all.filter { $0[0] == "a" }.map { $0.joined(separator: ":") })
        let filtered = told[2].filter { $0.hasSuffix(":u") }
        #expect(filtered == all.filter { $0[2] == "u" }.map { $0.joined(separator: ":") })
    }
}
