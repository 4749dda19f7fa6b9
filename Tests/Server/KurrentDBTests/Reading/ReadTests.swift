import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookStore
import Testing

/// Reads that end.
struct `A read by the protocol` {
    /// Positions: a 1, b 2, a 3, a 4.
    private func server() async throws -> ReadingServer {
        let server = try await ReadingServer()
        try await server.append("one", to: "a")
        try await server.append("other", to: "b")
        try await server.append("two", "three", to: "a")
        return server
    }

    @Test(
        arguments: [
            (.stream("a"), ["a:0:one", "a:1:two", "a:2:three"]),
            (.stream("a").from(.at(1)), ["a:1:two", "a:2:three"]),
            (.stream("a").from(.at(1)).limit(1), ["a:1:two"]),
            (.stream("a").from(.at(9)), []),
            (.stream("a").from(.end), []),
            (.stream("a").from(.end).backwards, ["a:2:three", "a:1:two", "a:0:one"]),
            (.stream("a").from(.at(1)).backwards, ["a:1:two", "a:0:one"]),
            (.stream("a").from(.at(UInt64.max)).backwards.limit(1), ["a:2:three"]),
            (.stream("a").backwards, ["a:0:one"]),
            (.stream("a").limit(0), []),
            (.stream("never"), ["no stream never"]),
            (.all, ["a:0:one", "b:0:other", "a:1:two", "a:2:three"]),
            (.all.limit(2), ["a:0:one", "b:0:other"]),
            (.all.from(.at(3)), ["a:1:two", "a:2:three"]),
            (.all.from(.end), []),
            (.all.from(.at(99)), []),
            (.all.from(.end).backwards.limit(2), ["a:2:three", "a:1:two"]),
            (.all.from(.at(99)).backwards.limit(1), ["a:2:three"]),
            (.all.from(.at(3)).backwards, ["b:0:other", "a:0:one"]),
            (.all.from(.at(2)).backwards, ["a:0:one"]),
            (.all.from(.at(1)).backwards, []),
            (.all.from(.at(0)).backwards, []),
            (.all.backwards, []),
            (.all.filter(.prefixes(["t"])), ["a:1:two", "a:2:three"]),
            (.all.filter(.prefixes(["b", "c"], byStream: true)), ["b:0:other"]),
            (.all.filter(.pattern("^(?!t)")).limit(1), ["a:0:one"]),
            (.all.from(.end).backwards.filter(.pattern("o")).limit(2), ["a:1:two", "b:0:other"]),
        ] as [(ReadOptions, [String])])
    func `answers what is asked for`(request: ReadOptions, expected: [String]) async throws {
        let call = try await server().read(request)
        #expect(try call.told() == expected)
        #expect(call.code == .ok)
    }

    @Test func `tells the first and the last revision to clients that know of them`()
        async throws
    {
        let server = try await server()
        try await server.store.truncate("a", before: 1)
        let request = ReadOptions.stream("a").limit(1).with { $0.compatibility = 1 }
        #expect(try server.read(request).told() == ["a:1:two", "first 1", "last 2"])
        let missing = ReadOptions.stream("no").with { $0.compatibility = 1 }
        #expect(try server.read(missing).told() == ["no stream no"])
    }

    @Test(
        arguments: [
            .stream("a").with { $0.filter = .absent },
            .stream("a").filter(.pattern("a")),
            .stream("a").from(.none), .all.from(.none),
            .stream("a").with { $0.hasForm = false },
            .stream(""),
            .stream("a").backwards.subscription, .all.backwards.subscription,
            .all.filter(.prefixes([])), .all.filter(.pattern("")),
            .all.filter(.pattern("(")),
            .all.filter(.prefixes(Array(repeating: "p", count: 257))),
            .all.filter(.prefixes(["a", String(repeating: "p", count: 1_025)])),
            .all.filter(.pattern(String(repeating: "x", count: 20_000))),
            .all.from(.at(99)).subscription,
        ] as [ReadOptions])
    func `refuses what is no combination`(request: ReadOptions) async throws {
        let call = try await server().read(request)
        #expect(try call.told() == [])
        #expect(call.code == .invalidArgument)
        #expect(call.status?["grpc-message"]?.isEmpty == false)
    }

    @Test func `says where a regular expression is wrong`() async throws {
        let call = try await server().read(.all.filter(.pattern("ab(c")))
        #expect(call.status?["grpc-message"]?.contains("at byte 4") == true)
    }

    @Test func `ends a regular expression that takes too long`() async throws {
        let server = try await server()
        try await server.append(String(repeating: "a", count: 200), to: "long")
        let call = server.read(.all.filter(.pattern("^(a+)+[bc]$")))
        #expect(call.code == .invalidArgument)
    }

    @Test func `shows deletions as the clients know them`() async throws {
        let server = try await server()
        _ = try await server.store.delete("a", .soft, expecting: .any)
        _ = try await server.store.delete("b", .tombstone, expecting: .any)
        #expect(try server.read(.stream("a")).told() == ["no stream a"])
        for name in ["b", "$$b"] {
            let call = server.read(.stream(name))
            #expect(try call.told() == [])
            #expect(call.code == .failedPrecondition)
            #expect(call.status?["exception"] == "stream-deleted")
        }
        let truncated = #"{"$tb":9223372036854775807}"#
        #expect(try server.read(.stream("$$a")).told() == ["$$a:0:$metadata = " + truncated])
        #expect(
            try server.read(.all.from(.at(5))).told() == [
                "$$a:0:$metadata = " + truncated, "b:\(Int64.max):$streamDeleted = {}",
            ])
        #expect(try server.read(.all.from(.at(5)).filter(.pattern("^[^$]"))).told() == [])
    }

    @Test func `puts tags, correlation and causation back into the metadata`() async throws {
        let server = try await ReadingServer()
        func append(_ metadata: String, _ tags: Set<String> = [], correlation: String? = nil)
            async throws
        {
            let event = Event(
                type: "t", metadata: Array(metadata.utf8), tags: tags, causation: nil,
                correlation: correlation)
            try await server.store.append([event], to: "s")
        }
        try await append("", ["b", "a"], correlation: "c\"1")
        try await append(#"{ "x": 1.50 } "#, ["a"])
        try await append("{}", correlation: "c")
        try await append("no JSON", ["a"])
        try await append(#"{"$tags":1}"#, ["a"])
        try await append("{ }")
        #expect(
            try server.read(.stream("s")).told() == [
                #"s:0:t {"$tags":["a","b"],"$correlationId":"c\"1"}"#,
                #"s:1:t { "x": 1.50 ,"$tags":["a"]} "#,
                #"s:2:t {"$correlationId":"c"}"#,
                "s:3:t no JSON", #"s:4:t {"$tags":1}"#, "s:5:t { }",
            ])
    }

    @Test func `stops while the client takes nothing, and goes on when it does`() async throws {
        let server = try await ReadingServer()
        let data = [UInt8](repeating: 0x20, count: 10_000)
        for _ in 0..<20 {
            let events = (0..<10).map { _ in Event(type: "t", data: data) }
            try await server.store.append(events, to: "s")
        }
        let call = server.read(.stream("s"), isStuck: true)
        let waiting = call.byteCount
        #expect(waiting < 1_500_000 && call.status == nil)
        var count = try call.told().count
        #expect(count < 150)
        call.take()
        count += try call.told().count
        #expect(count == 200)
        #expect(call.code == .ok)
    }

    @Test func `is unavailable when the store is closed`() async throws {
        let server = try await server()
        try await server.store.close()
        #expect(server.read(.all).code == .unavailable)
    }
}
