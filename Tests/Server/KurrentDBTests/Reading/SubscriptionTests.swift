import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookStore
import Testing

/// Subscriptions: what there is, then what comes.
struct `A subscription by the protocol` {
    @Test func `to a stream goes on from what there is to what comes`() async throws {
        let server = try await ReadingServer()
        try await server.append("one", "two", to: "s")
        let call = server.read(.stream("s").subscription)
        #expect(
            try call.told() == ["confirmed", "s:0:one", "s:1:two", "caught up revision 1"])
        try await server.append("else", to: "other")
        #expect(try call.told() == [])
        try await server.append("three", to: "s")
        try await server.append("four", to: "s")
        #expect(try call.told() == ["s:2:three", "s:3:four"])
        #expect(call.status == nil)
        #expect(server.places.events == 4)
        #expect(call.isEndless && !server.read(.stream("s")).isEndless)
    }

    @Test(
        arguments: [
            (.start, ["s:0:one", "s:1:two", "caught up revision 1"]),
            (.at(0), ["s:1:two", "caught up revision 1"]),
            (.at(1), ["caught up revision 1"]), (.at(7), ["caught up revision 7"]),
            (.end, ["caught up revision 1"]),
        ] as [(ReadOptions.Start, [String])])
    func `begins behind a revision`(start: ReadOptions.Start, expected: [String]) async throws {
        let server = try await ReadingServer()
        try await server.append("one", "two", to: "s")
        try await server.append("x", to: "other")
        let call = server.read(.stream("s").from(start).subscription)
        #expect(try call.told() == ["confirmed"] + expected)
        for _ in 2...8 { try await server.append("more", to: "s") }
        let first = if case .at(7) = start { 8 } else { 2 }
        #expect(try call.told() == (first...8).map { "s:\($0):more" })
    }

    @Test func `begins behind a revision that is gone`() async throws {
        let server = try await ReadingServer()
        try await server.append("0", "1", "2", "3", to: "s")
        try await server.store.truncate("s", before: 2)
        let call = server.read(.stream("s").from(.at(0)).subscription)
        #expect(
            try call.told() == ["confirmed", "s:2:2", "s:3:3", "caught up revision 3"])
    }

    @Test func `waits for a stream that is not there yet, and ends at a deleted one`()
        async throws
    {
        let server = try await ReadingServer()
        let call = server.read(.stream("s").subscription)
        #expect(try call.told() == ["confirmed", "caught up"])
        try await server.append("one", to: "s")
        #expect(try call.told() == ["s:0:one"])
        _ = try await server.store.delete("s", .tombstone, expecting: .any)
        let late = server.read(.stream("s").subscription)
        #expect(try late.told() == ["confirmed"])
        #expect(late.status?["exception"] == "stream-deleted")
    }

    @Test func `to all begins behind a position`() async throws {
        let server = try await ReadingServer()
        let empty = server.read(.all.subscription)
        #expect(try empty.told() == ["confirmed", "caught up"])
        try await server.append("one", "two", to: "s")
        #expect(try empty.told() == ["s:0:one", "s:1:two"])
        empty.leave()
        let after = server.read(.all.from(.at(1)).subscription)
        #expect(try after.told() == ["confirmed", "s:1:two", "caught up position 2"])
        after.leave()
        let end = server.read(.all.from(.end).subscription)
        #expect(try end.told() == ["confirmed", "caught up position 2"])
        try await server.append("three", to: "s")
        #expect(try end.told() == ["s:2:three"])
    }

    @Test func `with a filter tells how far it has looked`() async throws {
        let server = try await ReadingServer()
        try await server.append("no", "no", "yes", to: "s")
        let call = server.read(.all.filter(.pattern("^yes$")).subscription)
        #expect(try call.told() == ["confirmed", "s:2:yes", "caught up position 3"])
        for _ in 0..<4 { try await server.append("no", to: "s") }
        #expect(try call.told() == [], "seven were looked at, and it is told every eight")
        try await server.append("yes", to: "s")
        #expect(try call.told() == ["s:7:yes", "checkpoint 8"])
        for _ in 0..<9 {
            try await server.append("no", to: "s")
            _ = try call.told()
        }
        try await server.append("yes", to: "s")
        #expect(try call.told() == ["s:17:yes"])
    }

    @Test func `takes a place and gives it back`() async throws {
        let server = try await ReadingServer()
        let calls = [server.read(.all.subscription), server.read(.stream("s").subscription)]
        let third = server.read(.all.subscription)
        #expect(third.code == .resourceExhausted)
        #expect(server.places.taken == 2)
        for call in calls { call.leave() }
        #expect(server.places.taken == 0)
        #expect(server.read(.all.subscription).status == nil)
    }

    @Test func `of a slow client keeps little, and says that it fell behind`() async throws {
        let server = try await ReadingServer()
        let (slow, quick) = (
            server.read(.all.subscription), server.read(.all.subscription)
        )
        #expect(try slow.told() == ["confirmed", "caught up"])
        slow.isStuck = true
        let data = String(repeating: " ", count: 10_000)
        var seen = try quick.told().count - 2
        for _ in 0..<100 {
            try await server.store.append([Event(type: "t", data: data)], to: "s")
            seen += try quick.told().count
        }
        #expect(seen == 100)
        let kept = slow.byteCount
        #expect(kept < 300_000)
        let before = try slow.told().count
        slow.take()
        let told = try slow.told()
        #expect(told.first == "fell behind position \(before)")
        #expect(told.last == "caught up position 100")
        #expect(before + told.count == 102)
    }

    @Test func `ends when the server does, so that its client subscribes elsewhere or later`()
        async throws
    {
        let server = try await ReadingServer()
        try await server.append("t", to: "s")
        let (waiting, stuck, read) = (
            server.read(.all.subscription), server.read(.all.subscription, isStuck: true),
            server.read(.stream("s"), isStuck: true)
        )
        for call in [waiting, stuck, read] { call.drain() }
        #expect(try waiting.told() == ["confirmed", "s:0:t", "caught up position 1"])
        for call in [waiting, stuck] {
            #expect(call.code == .unavailable)
            #expect(call.status?["grpc-message"] == "Server Is Not Ready")
        }
        #expect(read.code == .ok, "a read that ends is not cut short")
        #expect(server.places.taken == 0)
    }

    @Test func `ends when the store is closed`() async throws {
        let server = try await ReadingServer()
        let call = server.read(.all.subscription)
        #expect(try call.told() == ["confirmed", "caught up"])
        try await server.store.close()
        #expect(try call.told() == [])
        #expect(call.code == .unavailable)
        #expect(server.places.taken == 0)
    }
}
