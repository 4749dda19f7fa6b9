import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookStore
import Testing

/// Streams that are lists of the store's.
struct `A stream of the system's` {
    /// Positions: order-1 1, order-2 2, order-1 3, plain 4.
    private func server() async throws -> ReadingServer {
        let server = try await ReadingServer()
        try await server.append("placed", to: "order-1")
        try await server.append("placed", to: "order-2")
        let paid = Event(type: "paid", correlation: "run-7")
        try await server.store.append([paid], to: "order-1")
        try await server.append("placed", to: "plain")
        return server
    }

    private static let placed = "$et-placed"
    private static let orders = [
        "$ce-order:0:$> = 0@order-1", "$ce-order:1:$> = 0@order-2", "$ce-order:2:$> = 1@order-1",
    ]

    @Test(
        arguments: [
            (.stream("$ce-order"), orders),
            (.stream("$ce-order").backwards.from(.end), orders.reversed()),
            (.stream("$ce-order").from(.at(1)), Array(orders[1...])),
            (.stream("$ce-order").from(.at(1)).limit(1), [orders[1]]),
            (.stream("$ce-order").from(.at(1)).backwards, [orders[1], orders[0]]),
            (.stream("$ce-order").from(.at(99)).backwards.limit(1), [orders[2]]),
            (.stream("$ce-order").backwards, [orders[0]]),
            (.stream("$ce-order").from(.at(3)), []),
            (.stream("$ce-order").from(.end), []),
            (.stream("$ce-order").limit(0), []),
            (
                .stream("$ce-order").with { $0.compatibility = 1 },
                orders + ["first 0", "last 2"]
            ),
            (
                .stream("$ce-order").resolved,
                [
                    "order-1:0:placed by $ce-order:0", "order-2:0:placed by $ce-order:1",
                    #"order-1:1:paid {"$correlationId":"run-7"} by $ce-order:2"#,
                ]
            ),
            (
                .stream("$et-placed").resolved.backwards.from(.end).limit(2),
                ["plain:0:placed by $et-placed:2", "order-2:0:placed by $et-placed:1"]
            ),
            (.stream("$bc-run-7"), ["$bc-run-7:0:$> = 1@order-1"]),
            (
                .stream("$streams"),
                [
                    "$streams:0:$> = 0@order-1", "$streams:1:$> = 0@order-2",
                    "$streams:2:$> = 0@plain",
                ]
            ),
            (
                .stream("$category-order").resolved,
                [
                    "order-1:0:placed by $category-order:0",
                    "order-2:0:placed by $category-order:1",
                ]
            ),
            (.stream("$ce-none"), ["no stream $ce-none"]),
            (.stream("$ce-none").limit(0).from(.end), ["no stream $ce-none"]),
            (.stream("$ce-none").resolved.backwards.from(.end), ["no stream $ce-none"]),
            (.stream("$ce-"), ["no stream $ce-"]), (.stream("$other"), ["no stream $other"]),
            (.stream("$ce-order-1"), ["no stream $ce-order-1"]),
            (.stream("$$$ce-order"), ["no stream $$$ce-order"]),
        ] as [(ReadOptions, [String])])
    func `is read as others are`(request: ReadOptions, expected: [String]) async throws {
        let server = try await server()
        let call = server.read(request)
        #expect(try call.told() == expected)
        #expect(call.code == .ok)
        let events = expected.filter { $0.contains(":") }
        #expect(server.places.events == events.count)
    }

    @Test func `keeps its links, and leads nowhere with those to events that are gone`()
        async throws
    {
        let server = try await server()
        try await server.append("placed", to: "order-3")
        try await server.append("placed", "paid", to: "order-4")
        try await server.store.truncate("order-1", before: 1)
        _ = try await server.store.delete("order-2", .soft, expecting: .any)
        _ = try await server.store.delete("order-3", .tombstone, expecting: .any)
        try await server.store.setMetadata(StreamMetadata(maxCount: 1), of: "order-4")
        try await server.append("again", to: "order-2")
        let links =
            Self.orders + [
                "$ce-order:3:$> = 0@order-3", "$ce-order:4:$> = 0@order-4",
                "$ce-order:5:$> = 1@order-4", "$ce-order:6:$> = 1@order-2",
            ]
        var resolved = links.map { "gone by " + $0 }
        resolved[2] = #"order-1:1:paid {"$correlationId":"run-7"} by $ce-order:2"#
        resolved[5] = "order-4:1:paid by $ce-order:5"
        resolved[6] = "order-2:1:again by $ce-order:6"
        for isCompacted in [false, true] {
            if isCompacted { _ = try await server.store.compact(takesAll: true) }
            #expect(try server.read(.stream("$ce-order")).told() == links)
            #expect(try server.read(.stream("$ce-order").resolved).told() == resolved)
            let call = server.read(.stream("$ce-order").resolved.subscription)
            #expect(try call.told() == ["confirmed"] + resolved + ["caught up revision 6"])
            call.leave()
        }
    }

    @Test(
        arguments: [
            (.start, Array(orders), "caught up revision 2"),
            (.at(0), Array(orders[1...]), "caught up revision 2"),
            (.at(2), [], "caught up revision 2"), (.at(4), [], "caught up revision 4"),
            (.end, [], "caught up revision 2"),
        ] as [(ReadOptions.Start, [String], String)])
    func `is followed from a place on`(
        start: ReadOptions.Start, there: [String], caughtUp: String
    ) async throws {
        let server = try await server()
        let call = server.read(.stream("$ce-order").from(start).subscription)
        #expect(try call.told() == ["confirmed"] + there + [caughtUp])
        try await server.append("placed", to: "plain")
        #expect(try call.told() == [])
        for number in 3...6 { try await server.append("placed", to: "order-\(number)") }
        let first = if case .at(4) = start { 5 } else { 3 }
        #expect(try call.told() == (first...6).map { "$ce-order:\($0):$> = 0@order-\($0)" })
        #expect(call.status == nil)
    }

    @Test func `is waited for where it has no entry yet`() async throws {
        let server = try await ReadingServer()
        for start in [ReadOptions.Start.start, .end] {
            let type = if case .end = start { "paid" } else { "placed" }
            let call = server.read(.stream("$et-" + type).from(start).resolved.subscription)
            #expect(try call.told() == ["confirmed", "caught up"])
            try await server.append(type, "other", type, to: type)
            #expect(
                try call.told() == [
                    "\(type):0:\(type) by $et-\(type):0", "\(type):2:\(type) by $et-\(type):1",
                ])
            call.leave()
        }
    }

    @Test func `of a slow client goes on where it stopped`() async throws {
        let server = try await ReadingServer()
        let call = server.read(.stream("$ce-s").resolved.subscription)
        #expect(try call.told() == ["confirmed", "caught up"])
        call.isStuck = true
        let data = String(repeating: " ", count: 10_000)
        for number in 0..<60 {
            let event = Event(type: "t", data: data)
            try await server.store.append([event], to: "s-\(number % 7)")
        }
        var told = try call.told()
        call.take()
        told += try call.told()
        let events = told.filter { $0.contains(" by ") }
        #expect(events.map { $0.split(separator: " by ").last } == (0..<60).map { "$ce-s:\($0)" })
        #expect(told.contains { $0.hasPrefix("fell behind revision ") })
        #expect(told.last == "caught up revision 59")
    }

    @Test func `gives a link the same id each time, and no two the same`() throws {
        let known = [
            ("$ce-order", 0, "1d42ea3f-852f-8d1b-b5de-e0bd79b45391"),
            ("$ce-order", 1, "1d42ea3f-852f-8d1b-9416-5a76f8fecfa6"),
            ("$et-paid", 0, "60e19410-3926-8407-a3d8-8b82b4325d63"),
        ]
        for (name, ordinal, id) in known {
            let stream = try #require(SystemStream(name))
            #expect(LinkMaker(stream).link(UInt64(ordinal)).id.description == id)
        }
        var ids: Set<EventID> = []
        for name in ["$ce-a", "$ce-b", "$et-a", "$bc-a", "$category-a", "$streams"] {
            let maker = LinkMaker(try #require(SystemStream(name)))
            for ordinal in 0..<1_000 as Range<UInt64> { ids.insert(maker.link(ordinal).id) }
        }
        #expect(ids.count == 6_000)
    }
}
