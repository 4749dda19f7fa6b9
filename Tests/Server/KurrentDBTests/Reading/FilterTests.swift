import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookStore
import Testing

/// Filters that the index helps with.
struct `A filter` {
    @Test(
        arguments: [
            ("^paid$", [.whole("paid")]),
            ("^(paid|refunded)$", [.whole("paid"), .whole("refunded")]),
            ("^(?:paid|refunded)$", [.whole("paid"), .whole("refunded")]),
            ("^(paid)$", [.whole("paid")]),
            (#"^Order\.Paid$"#, [.whole("Order.Paid")]), ("^Order.Paid$", [.prefix("Order")]),
            ("^order-", [.prefix("order-")]), ("^order-.*", [.prefix("order-")]),
            ("^order-.*$", [.prefix("order-")]), ("^order", [.prefix("order")]),
            (#"^\$\$order-"#, [.prefix("$$order-")]), (#"^order-\d+$"#, [.prefix("order-")]),
            (#"^paid\$"#, [.prefix("paid$")]), (#"^paid\\$"#, [.prefix(#"paid\"#)]),
            ("^order-*", [.prefix("order")]), ("^order-?x", [.prefix("order")]),
            ("^order-{0}x", [.prefix("order")]), ("^order-+x", [.prefix("order-")]),
            ("^ordér-", [.prefix("ordér-")]), ("^ordé*", [.prefix("ord")]),
            ("^order-(?i)x", [.prefix("order-")]),
            ("^(a|\u{301}b)$", [.whole("a"), .whole("\u{301}b")]), ("^a|\u{301}b", nil),
            // Nothing can be said of how these begin.
            ("paid", nil), ("paid$", nil), ("^a|b$", nil), ("^(a|b)", nil), ("^(a|b)x$", nil),
            ("^(a|b.)$", nil), ("^(a|(b))$", nil), ("^(a)(b)$", nil), (#"^(a\|b)$"#, nil),
            ("^(?!paid)", nil), ("^(?=paid)$", nil), ("^(?i)paid$", nil), ("(?i)^paid$", nil),
            ("^(?i:paid)$", nil), ("^[ab]", nil), (#"^\d"#, nil), (#"^\Qa.b\E"#, nil), ("^.", nil),
            ("^a*", nil), ("^$", nil), ("^", nil), (#"^[^\$].*"#, nil),
        ] as [(String, [NamePattern]?)])
    func `says how names begin, where its expression does`(
        expression: String, expected: [NamePattern]?
    ) {
        #expect(NamePattern.all(of: expression) == expected)
    }

    /// As .NET reads them, for which clients write.
    @Test(
        arguments: [
            (#"^kunde-\w+$"#, ["kunde-Müller", "kunde-٣", "kunde-7"]), (#"^\w+$"#, ["Geändert"]),
            (#"-\d$"#, ["kunde-٣", "kunde-7"]),
            (#"\D$"#, ["kunde-Müller", "Geändert", "a\u{A0}b-ß"]),
            (#"^a\sb"#, ["a\u{A0}b-ß"]), (#"\W\w$"#, ["kunde-٣", "kunde-7", "a\u{A0}b-ß"]),
            (#"Ge\b"#, []), (#"\bMü"#, ["kunde-Müller"]),
            (#"^kunde-(?=\w)[^\d]"#, ["kunde-Müller"]),
            ("(?i)MÜLLER", ["kunde-Müller"]), ("(?i)^GEÄNDERT$", ["Geändert"]),
            (#"^Ge(?i)Ä\w"#, ["Geändert"]),
        ])
    func `knows letters, digits and spaces of all languages`(
        expression: String, expected: [String]
    ) async throws {
        let server = try await ReadingServer()
        let names = ["kunde-Müller", "Geändert", "kunde-٣", "kunde-7", "a\u{A0}b-ß"]
        for name in names { try await server.store.append([Event(type: name)], to: name) }
        for byStream in [true, false] {
            // What was found the first time is remembered by name.
            for _ in 0..<2 {
                let told = try server.read(
                    .all.filter(.pattern(expression, byStream: byStream))
                ).told()
                #expect(told == expected.map { "\($0):0:\($0)" })
            }
        }
    }

    @Test func `of a secondary index is one of what is not there`() async throws {
        let server = try await ReadingServer()
        try await server.append("one", to: "a")
        for request in [ReadOptions.all, .all.from(.end).backwards, .all.subscription] {
            for prefixes in [["$idx-all"], ["a", "$idx-ce-order"]] {
                let call = server.read(request.filter(.prefixes(prefixes, byStream: true)))
                #expect(try call.told() == [])
                #expect(call.code == .unimplemented)
                #expect(
                    call.status?["grpc-message"] == "this server has no secondary indexes yet")
            }
        }
        // As the type of an event it is a name like others.
        try await server.append("$idx-all", to: "b")
        let types = ReadOptions.all.filter(.prefixes(["$idx-"]))
        #expect(try server.read(types).told() == ["b:0:$idx-all"])
    }

    /// A filter, and one for the same events of which the index knows nothing.
    private static let pairs: [(ReadOptions.Filter, ReadOptions.Filter)] = [
        (.pattern("^paid$"), .pattern("(?:)^paid$")),
        (.pattern("^(paid|pai)$"), .pattern("(?:)^(paid|pai)$")),
        (.pattern(#"^\$metadata$"#), .pattern(#"(?:)^\$metadata$"#)),
        (.pattern(#"^\$streamDeleted$"#), .pattern(#"(?:)^\$streamDeleted$"#)),
        (.pattern(#"^\$stream-deleted$"#), .pattern(#"(?:)^\$stream-deleted$"#)),
        (.pattern("^order-", byStream: true), .pattern("(?:)^order-", byStream: true)),
        (.pattern("^order-1$", byStream: true), .pattern("(?:)^order-1$", byStream: true)),
        (.pattern("^plain$", byStream: true), .pattern("(?:)^plain$", byStream: true)),
        (.pattern(#"^\$\$order-"#, byStream: true), .pattern(#"(?:)^\$\$order-"#, byStream: true)),
        (.prefixes(["order-"], byStream: true), .pattern("(?:)^order-", byStream: true)),
        (
            .prefixes(["order-1", "a-"], byStream: true),
            .pattern("(?:)^(order-1|a-)", byStream: true)
        ),
        (
            .prefixes(["order-", "pl"], byStream: true),
            .pattern("(?:)^(order-|pl)", byStream: true)
        ),
        (.prefixes(["$$order-"], byStream: true), .pattern(#"(?:)^\$\$order-"#, byStream: true)),
        (.prefixes(["-"], byStream: true), .pattern("(?:)^-", byStream: true)),
        (.prefixes(["pai"]), .pattern("(?:)^pai")),
        // Two spellings of the same characters are two names.
        (.pattern("^(\u{E9}|e\u{301})$"), .pattern("(?:)^(\u{E9}|e\u{301})$")),
        (.pattern("^\u{E9}$"), .pattern("(?:)^\u{E9}$")),
        (
            .prefixes(["\u{E9}-1", "e\u{301}-1"], byStream: true),
            .pattern("(?:)^(\u{E9}-1|e\u{301}-1)", byStream: true)
        ),
    ]

    /// A history of which the next step follows from a seed.
    private struct Chance {
        var state: UInt64
        mutating func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
    }

    private static func goOn(_ store: EmbeddedStore, _ chance: inout Chance) async throws {
        let stream = [
            "order-1", "order-2", "order-10", "order", "orders-1", "a-1", "-x", "plain",
            "\u{E9}-1", "e\u{301}-1",
        ][chance.next(10)]
        if case .tombstoned = try await store.stream(stream).state { return }
        switch chance.next(12) {
        case 0: _ = try? await store.delete(stream, .soft, expecting: .any)
        case 1: _ = try? await store.delete(stream, .tombstone, expecting: .any)
        case 2: try await store.setMetadata(StreamMetadata(maxCount: 3), of: stream)
        default:
            let types = ["paid", "pai", "paid.late", "other", "\u{E9}", "e\u{301}"]
            let events = (0...chance.next(3)).map { _ in Event(type: types[chance.next(6)]) }
            try await store.append(events, to: stream)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `finds with the index what a look at everything finds`(seed: UInt64) async throws {
        let server = try await ReadingServer()
        var chance = Chance(state: seed)
        for _ in 0..<60 { try await Self.goOn(server.store, &chance) }
        var found = 0
        for (filter, scanning) in Self.pairs {
            let place = UInt64(chance.next(Int(server.store.headPosition) + 2))
            let limit = UInt64(1 + chance.next(4))
            for request in [
                .all, .all.limit(limit), .all.from(.at(place)), .all.from(.end).backwards,
                .all.from(.end).backwards.limit(limit), .all.from(.at(place)).backwards,
            ] as [ReadOptions] {
                let told = try server.read(request.filter(filter)).told()
                let expected = try server.read(request.filter(scanning)).told()
                #expect(told == expected, "seed \(seed), \(filter), \(request)")
                found += told.count
            }
        }
        #expect(found > 100)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `followed with the index gives what a look at everything gives`(seed: UInt64) async throws
    {
        for (filter, scanning) in Self.pairs {
            let server = try await ReadingServer()
            var chance = Chance(state: seed)
            for _ in 0..<20 { try await Self.goOn(server.store, &chance) }
            let calls = [filter, scanning].map { server.read(.all.filter($0).subscription) }
            for _ in 0..<20 {
                let told = try calls.map { try $0.told().filter { !$0.hasPrefix("checkpoint") } }
                #expect(told[0] == told[1], "seed \(seed), \(filter)")
                try await Self.goOn(server.store, &chance)
            }
        }
    }

    @Test func `is told how far was looked, also where the index found nothing`() async throws {
        let server = try await ReadingServer()
        let call = server.read(.all.filter(.pattern("^yes$")).subscription)
        #expect(try call.told() == ["confirmed", "caught up"])
        for _ in 0..<20 { try await server.append("no", to: "s") }
        #expect(try call.told() == ["checkpoint 20"])
        let late = server.read(.all.from(.at(5)).filter(.pattern("^yes$")).subscription)
        #expect(try late.told() == ["confirmed", "checkpoint 20", "caught up position 20"])
    }
}
