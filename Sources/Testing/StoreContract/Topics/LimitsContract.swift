internal import Daybook

/// At every limit, and one beyond it.
enum LimitsContract {
    static let cases: [ContractCase] = [
        ContractCase("Names up to their limit, and not beyond") { store in
            let longest = String(repeating: "é", count: Limits.nameBytesMax / 2)
            let event = Event(
                id: .number(1), type: longest, contentType: longest, tags: [longest])
            var append = Append([event], to: longest)
            append.tracking = TrackingMark(consumer: longest, from: nil, to: [])
            try await store.append(append)
            let found = try await store.events(
                Read(.query(.matching(types: [longest], tags: [longest]))))
            try expectEqual(found.map(\.event), [event])
            for name in [longest + "x", "", "a\u{0}", "\u{1F}", "tab\t", "\u{7F}"] {
                for (about, refused) in misnamed(name) {
                    try await expectError(.invalid, "\(about) \(StoreError.quoted(name))") {
                        try await store.append(refused)
                    }
                }
            }
            try expectEqual(try await store.headPosition(), 1)
        },
        ContractCase("Names that cannot be are refused wherever they are asked for") { store in
            for name in ["", "a\u{0}", String(repeating: "x", count: Limits.nameBytesMax + 1)] {
                try await expectError(.invalid) { try await store.stream(name) }
                try await expectError(.invalid) { try await store.delete(name) }
                try await expectError(.invalid) { try await store.tracking(name) }
                try await expectError(.invalid) { try await store.record(owner: name, key: "k") }
                try await expectError(.invalid) { try await store.record(owner: "o", key: name) }
                try await expectError(.invalid) {
                    try await store.records(owner: name, after: nil, limit: 1)
                }
            }
            try await expectError(.invalid) {
                try await store.records(owner: "o", after: nil, limit: -1)
            }
            try await expectError(.invalid) {
                try await store.streams(prefix: "", after: nil, limit: -1)
            }
        },
        ContractCase("Causation and correlation up to their limit") { store in
            let longest = String(repeating: "c", count: Limits.correlationBytesMax)
            let event = Event(
                id: .number(1), type: "t", causation: longest, correlation: longest)
            try await store.append([event], to: "s")
            try expectEqual(try await store.events(Read()).map(\.event), [event])
            for (causation, correlation) in [(longest + "c", nil), (nil, longest + "c")] {
                let refused = Event(type: "t", causation: causation, correlation: correlation)
                try await expectError(.invalid) { try await store.append([refused], to: "s") }
            }
        },
        ContractCase("256 tags, and not one more") { store in
            let tags = Set((0..<Limits.eventTagsMax).map { "tag:\($0)" })
            let event = Event.sample(1, tags: tags)
            try await store.append([event], to: "s")
            try expectEqual(try await store.events(Read()).map(\.event), [event])
            try expectEqual(try await store.numbers(Read(.query(.tags(tags)))), [1])
            try expectEqual(try await store.numbers(Read(.query(.tags(["tag:255"])))), [1])
            try await expectError(.tooLarge) {
                try await store.append([.sample(2, tags: tags.union(["x"]))], to: "s")
            }
        },
        ContractCase("The largest event, and one byte more", isSlow: true) { store in
            // With names of one byte each, and the content type by number.
            let bytes = Limits.eventBytesMax - EventRecord.namesAt - 2
            var data = [UInt8](repeating: 7, count: bytes)
            data[bytes - 1] = 9
            let largest = Event(id: .number(1), type: "t", data: data, contentType: Event.bytes)
            try await store.append([largest], to: "s")
            let found = try unwrap(try await store.events(.stream("s")).first)
            try expect(found.event == largest, "the largest event comes back as it was")
            data.append(0)
            let larger = Event(id: .number(2), type: "t", data: data, contentType: Event.bytes)
            try await expectError(.tooLarge) { try await store.append([larger], to: "s") }
            // Two of them fit into no append, though each does.
            let another = Event(id: .number(3), type: "t", data: largest.data)
            let third = Event(id: .number(4), type: "t", data: largest.data)
            try await expectError(.tooLarge) {
                try await store.append([another, third, .sample(5)] + Self.filler, to: "s")
            }
            try expectEqual(try await store.headPosition(), 1)
        },
        ContractCase("The longest append, and one event more", isSlow: true) { store in
            let events = (0..<Limits.appendEventsMax).map { Event(id: .number($0), type: "t") }
            let answer = try await store.append(events, to: "s")
            try expectEqual(answer.lastPosition, Position(Limits.appendEventsMax))
            try expectEqual(answer.revision, Revision(Limits.appendEventsMax - 1))
            let last = try await store.numbers(Read(.stream("s"), .backwards, limit: 1))
            try expectEqual(last, [Limits.appendEventsMax - 1])
            try await expectError(.tooLarge) {
                try await store.append(events + [.sample(events.count)], to: "s")
            }
        },
        ContractCase("Tokens, notes and records up to their limits") { store in
            let token = [UInt8](repeating: 1, count: Limits.trackingBytesMax)
            var append = Append()
            append.tracking = TrackingMark(consumer: "c", from: nil, to: token, note: token)
            try await store.append(append)
            try expectEqual(
                try await store.tracking("c"), TrackingToken(token: token, note: token))
            for (to, note) in [(token + [1], []), ([], token + [1])] as [([UInt8], [UInt8])] {
                append.tracking = TrackingMark(consumer: "c", from: token, to: to, note: note)
                let refused = append
                try await expectError(.tooLarge) { try await store.append(refused) }
            }
            let value = [UInt8](repeating: 2, count: Limits.recordValueBytesMax)
            let key = String(repeating: "k", count: Limits.recordKeyBytesMax - 1)
            try await store.append(RecordContract.records(("o", key, value)))
            try expectEqual(try await store.record(owner: "o", key: key)?.value, value)
            try await expectError(.tooLarge) {
                try await store.append(RecordContract.records(("o", "k", value + [1])))
            }
            try await expectError(.invalid) {
                try await store.append(RecordContract.records(("oo", key, [])))
            }
            var many = Append()
            many.records = (0...Limits.appendRecordsMax).map {
                SystemRecord(owner: "o", key: "\($0)", value: [])
            }
            let refused = many
            try await expectError(.tooLarge) { try await store.append(refused) }
            many.records.removeLast()
            try await store.append(many)
            let last = try await store.record(owner: "o", key: "\(Limits.appendRecordsMax - 1)")
            try expectEqual(last?.sequence, UInt64(Limits.appendRecordsMax + 1))
        },
        ContractCase("Queries up to their limits") { store in
            try await store.add(1, to: "s", tags: ["tag:0"])
            let terms = Set((0..<Limits.queryItemTermsMax).map { "tag:\($0)" })
            let item = Query.Item(types: terms.union(["deposited"]).subtracting(["tag:0"]))
            let longest = Query(Array(repeating: item, count: Limits.queryItemsMax))
            try expectEqual(try await store.numbers(Read(.query(longest))), [1])
            let tooLong = [
                Query(longest.items + [item]), .types(terms.union(["x"])),
                .tags(terms.union(["x"])), Query([item, .init()]),
            ]
            for query in tooLong {
                try await expectError(.invalid) { try await store.events(Read(.query(query))) }
                try await expectError(.invalid) {
                    try await store.subscribe(Subscription(.query(query)))
                }
                try await expectError(.invalid) {
                    try await store.append(QueryConditionContract.conditional(9, query, after: 0))
                }
            }
        },
    ]

    /// What two of the largest events leave of the largest append, and a little more.
    private static let filler: [Event] = [
        Event(type: "t", data: [UInt8](repeating: 0, count: 128 << 10), contentType: Event.bytes)
    ]

    /// Appends with the name in each of its places.
    private static func misnamed(_ name: String) -> [(String, Append)] {
        var checked = Append([.sample(9)], to: "s")
        checked.conditions[name] = .any
        var tracked = Append()
        tracked.tracking = TrackingMark(consumer: name, from: nil, to: [])
        let byQuery = [
            Query.types([name]), .tags([name]), Query([.init(stream: name)]),
            Query([.init(category: name)]),
        ]
        return [
            ("stream", Append([.sample(9)], to: name)),
            ("type", Append([Event(type: name)], to: "s")),
            ("content type", Append([Event(type: "t", contentType: name)], to: "s")),
            ("tag", Append([Event(type: "t", tags: ["fine", name])], to: "s")),
            ("checked stream", checked), ("consumer", tracked),
            ("owner", RecordContract.records((name, "k", []))),
            ("key", RecordContract.records(("o", name, []))),
        ] + byQuery.map { ("query", QueryConditionContract.conditional(9, $0, after: 0)) }
    }
}
