internal import Daybook

/// What an append records and answers.
enum AppendContract {
    static let cases: [ContractCase] = [
        ContractCase("A new store is empty") { store in
            let head = try await store.head()
            try expectEqual(head.position, 0)
            try expectEqual(head.event, nil)
            try expectEqual(try await store.events(Read(includesSystemStreams: true)), [])
        },
        ContractCase("The first event has position 1 and revision 0") { store in
            let answer = try await store.add(1, to: "account-1", expecting: .none)
            try expectEqual(
                answer,
                Appended(
                    firstPosition: 1, lastPosition: 1,
                    streams: [.init(name: "account-1", lastRevision: 0)], isDuplicate: false))
            let event = try unwrap(try await store.events(Read()).first)
            try expectEqual(event.position, 1)
            try expectEqual(event.revision, 0)
            try expectEqual(event.stream, "account-1")
            try expectEqual(event.event, .sample(1))
            let head = try await store.head()
            try expectEqual(head.position, 1)
            try expectEqual(head.event, .number(1))
        },
        ContractCase("The events of an append stand together in the order given") { store in
            try await store.add(1, to: "account-1")
            let answer = try await store.append(Event.samples(2..<7), to: "account-1")
            try expectEqual(answer.firstPosition, 2)
            try expectEqual(answer.lastPosition, 6)
            try expectEqual(answer.revision, 5)
            let events = try await store.events(.stream("account-1"))
            try expectEqual(events.map(\.number), Array(1..<7))
            try expectEqual(events.map(\.revision), Array(0..<6))
            try expectEqual(events.map(\.position), Array(1..<7))
        },
        ContractCase("Streams alternate within an append, each with revisions of its own") {
            store in
            try await store.add(1, to: "account-2")
            var append = Append()
            for number in 2..<8 {
                append.add([.sample(number)], to: number % 2 == 0 ? "account-1" : "account-2")
            }
            let answer = try await store.append(append)
            try expectEqual(
                answer.streams,
                [
                    .init(name: "account-1", lastRevision: 2),
                    .init(name: "account-2", lastRevision: 3),
                ])
            try expectEqual([answer.firstPosition, answer.lastPosition], [2, 7])
            try expectEqual(try await store.numbers(.stream("account-1")), [2, 4, 6])
            try expectEqual(try await store.numbers(.stream("account-2")), [1, 3, 5, 7])
            try expectEqual(
                try await store.events(.stream("account-2")).map(\.revision), [0, 1, 2, 3])
            try expectEqual(try await store.numbers(Read()), Array(1..<8))
        },
        ContractCase("Every field of an event comes back as it was given") { store in
            let plain = Event(id: .number(2), type: "t")
            try await store.append([.full(1), plain], to: "account-1")
            let events = try await store.events(Read())
            try expectEqual(events.map(\.event), [.full(1), plain])
            try expectEqual(events[1].occurredAt, nil)
            try expectEqual(events[1].causation, nil)
            try expectEqual(events[1].contentType, Event.json)
        },
        ContractCase("What is empty stays empty, and what is absent stays absent") { store in
            let event = Event(
                id: .number(1), type: "t", data: [], contentType: Event.bytes, causation: "",
                correlation: nil, occurredAt: Timestamp(microseconds: 0))
            try await store.append([event], to: "s")
            let found = try unwrap(try await store.events(Read()).first)
            try expectEqual(found.event, event)
            try expectEqual(found.causation, "")
            try expectEqual(found.correlation, nil)
        },
        ContractCase("The time of recording never decreases") { store in
            for number in 1..<30 { try await store.add(number, to: "account-\(number % 3)") }
            let times = try await store.events(Read()).map(\.recordedAt)
            try expectEqual(times, times.sorted())
            try expectEqual(times.count, 29)
        },
        ContractCase("Names are any characters, and told apart by their bytes") { store in
            // Composed and decomposed: equal as Swift strings, different as names.
            let names = ["küche-\u{FC}", "küche-u\u{308}", "🏦-1", "漢字", "a b-c", "-"]
            for (number, name) in names.enumerated() { try await store.add(number, to: name) }
            for (number, name) in names.enumerated() {
                let events = try await store.events(.stream(name))
                try expectEqual(events.map(\.number), [number], name)
                try expect(
                    events.allSatisfy { $0.stream.utf8.elementsEqual(name.utf8) },
                    "\(name) came back in other bytes")
                try expectEqual(try await store.stream(name).state, .live(last: 0), name)
            }
        },
        ContractCase("Two spellings of one name in one append are refused") { store in
            var append = Append()
            append.add([.sample(1)], to: "caf\u{E9}", expecting: .none)
            append.add([.sample(2)], to: "cafe\u{301}", expecting: .none)
            let refused = append
            try await expectError(.invalid) { try await store.append(refused) }
            try expectEqual(try await store.headPosition(), 0)
        },
        ContractCase("A condition is about the stream that is spelled so, and no other") { store in
            try await store.add(1, to: "caf\u{E9}")
            var append = Append()
            append.add(
                [Event(type: SystemType.metadata, data: #"{"x":1}"#)], to: "$$cafe\u{301}")
            append.conditions["caf\u{E9}"] = .exists
            try await store.append(append)
        },
        ContractCase("Events without a stream's condition are appended to whatever it is") {
            store in
            try await store.add(1, to: "account-1")
            try await store.add(2, to: "account-1")
            try expectEqual(try await store.numbers(.stream("account-1")), [1, 2])
        },
        ContractCase("An append of nothing is refused") { store in
            try await expectError(.invalid) { try await store.append(Append()) }
            var onlyConditions = Append()
            onlyConditions.conditions["account-1"] = StreamCondition.none
            onlyConditions.queryCondition = QueryCondition(failIfEventsMatch: .all, after: 0)
            let refused = onlyConditions
            try await expectError(.invalid) { try await store.append(refused) }
        },
        ContractCase("Without events an append answers the head") { store in
            try await store.add(1, to: "account-1")
            var append = Append()
            append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
            append.records = [SystemRecord(owner: "queue", key: "k", value: [1])]
            let answer = try await store.append(append)
            try expectEqual(
                answer,
                Appended(firstPosition: 1, lastPosition: 1, streams: [], isDuplicate: false))
            try expectEqual(try await store.headPosition(), 1)
        },
    ]
}
