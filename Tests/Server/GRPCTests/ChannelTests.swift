import DaybookBytes
import DaybookHTTP
import DaybookPlatform
import DaybookProtobuf
import Testing

@testable import DaybookGRPC

/// A long-lived client's way to a server, over real sockets.
@Suite(.timeLimit(.minutes(15))) struct ChannelTests {
    private static let limits = GRPCLimits(messageBytesMax: 1 << 20, heldBytesMax: 4 << 20)

    private func serve(
        port: Int = 0, observer: (any TransportObserver)? = nil
    ) throws -> HTTPServer {
        var options = HTTPServerOptions()
        options.loops = 1
        options.port = port
        options.observer = observer
        return try HTTPServer.start(options, GRPCRouter.forTests(limits: Self.limits))
    }

    /// One at a port that nobody is given who asks for any: when it is left, nobody listens there.
    private func serveApart() -> HTTPServer {
        while true {
            if let server = try? serve(port: .random(in: 20_000..<30_000)) { return server }
        }
    }

    private func channel(
        to port: Int, host: String = "127.0.0.1",
        _ adjust: (inout GRPCChannelOptions) -> Void = { _ in }
    ) throws -> GRPCChannel {
        var options = GRPCChannelOptions()
        adjust(&options)
        return try GRPCChannel.start(
            to: GRPCTarget(host: host, port: port, trust: nil), options,
            backoff: Backoff(millisecondsFirst: 1, millisecondsMax: 20, SeededRandomness(seed: 1)))
    }

    private func echo(
        _ text: String, _ channel: GRPCChannel, within milliseconds: Int? = nil,
        by path: String = "/test.Test/Echo"
    ) async -> Result<String, GRPCFailure> {
        await channel.ask(path, Text(text).encoded(), deadlineMilliseconds: milliseconds)
            .map { bytes in (try? Text(bytes).text) ?? "(none)" }
    }

    @Test func `A call is answered, and the next by the same connection`() async throws {
        let counts = ConnectionCounter()
        let server = try serve(observer: counts)
        defer { server.stop() }
        let channel = try channel(to: server.port)
        for number in 0..<20 {
            #expect(await echo("n\(number)", channel) == .success("n\(number)"))
        }
        #expect(counts.all == 1)
        let refusal = GRPCStatus(.notFound, "gone", trailers: ["exception": "not-found"])
        let refused = await echo("gone", channel, by: "/test.Test/Refuse")
        guard case .failure(.status(let status)) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(status.code == refusal.code && status.message == refusal.message)
        #expect(status.trailers["exception"] == "not-found")
        await channel.close()
        await channel.close()
        #expect(await echo("x", channel) == .failure(.closed))
    }

    @Test func `Where many calls are under way there are more connections, up to the most`()
        async throws
    {
        let counts = ConnectionCounter()
        let server = try serve(observer: counts)
        defer { server.stop() }
        let channel = try channel(to: server.port) {
            $0.connectionsMax = 3
            $0.connectionCallsMax = 4
        }
        let talks = Talks()
        // A new call goes to the connection with the fewest, and where that has many there is soon another.
        var count = 0
        while counts.all < 3 || count < 40 {
            talks.begin(channel, ["call \(count)"])
            count += 1
            let begun = count
            try await talks.wait { $0.texts.count == begun }
        }
        for _ in 0..<20 { _ = await echo("more", channel) }
        #expect(counts.all == 3)
        let all = count
        #expect(Set(talks.now.texts) == Set((0..<all).map { "call \($0)" }))
        talks.finish(on: channel)
        try await talks.wait { $0.ends.count == all }
        #expect(talks.now.ends.allSatisfy { $0 == nil })
        await channel.close()
    }

    @Test func `A server that is away is waited for, and found again`() async throws {
        let first = serveApart()
        let port = first.port
        let channel = try channel(to: port)
        #expect(await echo("one", channel) == .success("one"))
        first.stop()
        let waits = Talks()
        waits.begin(channel, ["two"])
        // It has not begun, or was lost at once with the connection.
        let second = try serve(port: port)
        defer { second.stop() }
        #expect(await echo("three", channel, within: 60_000) == .success("three"))
        waits.finish(on: channel)
        try await waits.wait { $0.ends.count == 1 }
        if waits.now.ends[0] == nil { #expect(waits.now.texts == ["two"]) }
        await channel.close()
    }

    @Test func `That a server stays away is told when the time is up, with the reason`()
        async throws
    {
        let server = serveApart()
        let port = server.port
        server.stop()
        let channel = try channel(to: port)
        let failure = await echo("x", channel, within: 200)
        guard case .failure(.late(let late)) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(late.isUnbegun && late.reason.contains("Connection refused"), "\(late)")
        let waits = Talks()
        waits.begin(channel, ["x"])
        await channel.close()
        #expect(waits.now.ends == [.closed])
    }

    @Test func `A channel that does not wait says at once that nobody is there`() async throws {
        let server = serveApart()
        let port = server.port
        server.stop()
        let channel = try channel(to: port) { $0.waitsForServer = false }
        for _ in 0..<3 {
            let answer = await echo("x", channel)
            #expect(answer == .failure(.unreached("Connection refused")))
        }
        await channel.close()
        let unknown = try self.channel(to: port, host: "no-such-host.invalid") {
            $0.waitsForServer = false
        }
        guard case .failure(let failure) = await echo("x", unknown) else {
            Issue.record("nobody has this name")
            return
        }
        #expect(failure.reason?.hasPrefix("the host no-such-host.invalid was not found") == true)
        await unknown.close()
    }

    @Test func `What was under way when the connection broke may have been done`() async throws {
        let server = try serve()
        let channel = try channel(to: server.port)
        let talks = Talks()
        talks.begin(channel, ["under way"])
        try await talks.wait { $0.texts.count == 1 }
        server.stop()
        try await talks.wait { $0.ends.count == 1 }
        guard case .lost(let reason)?? = talks.now.ends.first else {
            Issue.record("\(talks.now.ends)")
            return
        }
        #expect(!reason.isUnbegun, "\(reason)")
        await channel.close()
    }

    @Test func `Messages go both ways, and who holds a call slows the server down`() async throws {
        let server = try serve()
        defer { server.stop() }
        let channel = try channel(to: server.port)
        let count = 400
        let text = String(repeating: "x", count: 50_000)
        let talks = Talks(holdsAt: 1)
        talks.begin(channel, Array(repeating: text, count: count))
        try await talks.wait { $0.texts.count == 1 }
        // 20 MB fit into no window: what it was not given is with the server, or was not sent yet.
        #expect(await echo("others go on", channel) == .success("others go on"))
        #expect(talks.now.texts.count == 1)
        talks.resume(on: channel)
        talks.finish(on: channel)
        try await talks.wait { $0.ends.count == 1 }
        #expect(talks.now.ends == [nil])
        #expect(talks.now.texts == Array(repeating: text, count: count))
        await channel.close()
    }

    @Test func `The end of a call that is held comes behind its messages`() async throws {
        let server = try serve()
        defer { server.stop() }
        let channel = try channel(to: server.port)
        let talks = Talks(holdsAt: 1)
        talks.begin(channel, ["a", "b", "c"])
        try await talks.wait { $0.texts.count == 1 }
        talks.finish(on: channel)
        // What was answered before it is here by then, by the same connection.
        for _ in 0..<3 { #expect(await echo("others", channel) == .success("others")) }
        #expect(talks.now.texts == ["a"] && talks.now.ends.isEmpty)
        talks.resume(on: channel)
        try await talks.wait { $0.ends.count == 1 }
        #expect(talks.now.ends == [nil])
        #expect(talks.now.texts == ["a", "b", "c"])
        await channel.close()
    }

    @Test func `The time of a call that goes on is up, too, and the server hears of it`()
        async throws
    {
        let server = try serve()
        defer { server.stop() }
        let channel = try channel(to: server.port)
        let talks = Talks()
        talks.begin(channel, ["one"], deadlineMilliseconds: 300)
        try await talks.wait { $0.ends.count == 1 }
        switch talks.now.ends[0] {
        case .late(let late)?: #expect(!late.isUnbegun)
        case .status(let status)?: #expect(status.code == .deadlineExceeded)
        case let other: Issue.record("\(other as Any)")
        }
        await channel.close()
    }

    @Test func `What answers with pages is no server`() async throws {
        struct Pages: HTTPService {
            func begin(_ exchange: Exchange) {
                exchange.respond(ResponseHead(status: 404))
                exchange.write(Array("<html>".utf8))
                exchange.finish()
            }
        }
        var options = HTTPServerOptions()
        options.loops = 1
        let server = try HTTPServer.start(options, Pages())
        defer { server.stop() }
        let channel = try channel(to: server.port)
        #expect(
            await echo("x", channel)
                == .failure(.foreign("it answered with the status 404 of HTTP")))
        await channel.close()
    }
}
