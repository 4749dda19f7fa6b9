internal import Daybook

/// Tracking marks: how far a consumer has come, stored with what it led to.
enum TrackingContract {
    static let cases: [ContractCase] = [
        ContractCase("A consumer that never marked anything has no token") { store in
            try expectEqual(try await store.tracking("importer"), nil)
        },
        ContractCase("A token moves from one to the next, with its note") { store in
            try await store.append(marked(1, from: nil, to: [1], note: [9, 9]))
            try expectEqual(
                try await store.tracking("importer"), TrackingToken(token: [1], note: [9, 9]))
            try await store.append(marked(2, from: [1], to: [2]))
            try expectEqual(
                try await store.tracking("importer"), TrackingToken(token: [2], note: []))
            try expectEqual(try await store.numbers(Read()), [1, 2])
        },
        ContractCase("Another token than expected refuses the append") { store in
            for (from, to) in [([7], [8]), ([], [1])] as [([UInt8], [UInt8])] {
                try await expectError(.wrongToken) {
                    try await store.append(marked(1, from: from, to: to))
                }
            }
            try await store.append(marked(1, from: nil, to: [1]))
            for from in [nil, [], [2], [1, 0]] as [[UInt8]?] {
                try await expectError(.wrongToken, "\(String(describing: from))") {
                    try await store.append(marked(2, from: from, to: [3]))
                }
            }
            try expectEqual(try await store.tracking("importer")?.token, [1])
            try expectEqual(try await store.numbers(Read()), [1])
        },
        ContractCase("An empty token is a token") { store in
            try await store.append(marked(1, from: nil, to: []))
            try expectEqual(try await store.tracking("importer")?.token, [])
            try await expectError(.wrongToken) {
                try await store.append(marked(2, from: nil, to: [1]))
            }
            try await store.append(marked(2, from: [], to: [1]))
        },
        ContractCase("Each consumer has a token of its own") { store in
            try await store.append(marked(1, from: nil, to: [1]))
            var other = Append([.sample(2)], to: "account-1")
            other.tracking = TrackingMark(consumer: "other", from: nil, to: [5])
            try await store.append(other)
            try expectEqual(try await store.tracking("importer")?.token, [1])
            try expectEqual(try await store.tracking("other")?.token, [5])
        },
        ContractCase("Two spellings of one name are two consumers") { store in
            for (number, consumer) in ["caf\u{E9}", "cafe\u{301}"].enumerated() {
                var append = Append()
                append.tracking = TrackingMark(consumer: consumer, from: nil, to: [UInt8(number)])
                try await store.append(append)
            }
            try expectEqual(try await store.tracking("caf\u{E9}")?.token, [0])
            try expectEqual(try await store.tracking("cafe\u{301}")?.token, [1])
        },
        ContractCase("A mark alone is recorded, and takes no position") { store in
            var append = Append()
            append.tracking = TrackingMark(consumer: "importer", from: nil, to: [1])
            let answer = try await store.append(append)
            try expectEqual([answer.firstPosition, answer.lastPosition], [0, 0])
            try expectEqual(answer.streams, [])
            try expectEqual(try await store.headPosition(), 0)
            let again = append
            try await expectError(.wrongToken) { try await store.append(again) }
        },
        ContractCase("A refused append leaves the token where it was") { store in
            try await store.add(1, to: "account-1")
            var append = marked(2, from: nil, to: [1])
            append.conditions["account-1"] = StreamCondition.none
            let refused = append
            try await expectError(.wrongRevision) { try await store.append(refused) }
            try expectEqual(try await store.tracking("importer"), nil)
        },
        ContractCase("The events of many marked appends are there once each") { store in
            // As an importer does that is killed after each append and does not know whether it was
            // recorded.
            for number in 0..<20 {
                let from: [UInt8]? = number == 0 ? nil : [UInt8(number)]
                let append = marked(number, from: from, to: [UInt8(number + 1)])
                try expectEqual(try await store.append(append).isDuplicate, false)
                try expectEqual(try await store.append(append).isDuplicate, true)
            }
            try expectEqual(try await store.numbers(Read()), Array(0..<20))
            try expectEqual(try await store.tracking("importer")?.token, [20])
        },
    ]

    private static func marked(
        _ number: Int, from: [UInt8]?, to: [UInt8], note: [UInt8] = []
    ) -> Append {
        var append = Append([.sample(number)], to: "account-1")
        append.tracking = TrackingMark(consumer: "importer", from: from, to: to, note: note)
        return append
    }
}
