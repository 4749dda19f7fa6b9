internal import Daybook

/// Streams, one by one and in lists.
enum ListingContract {
    static let cases: [ContractCase] = [
        ContractCase("A stream is known by its state, first revision and last position") { store in
            try expectEqual(
                try await store.stream("account-1"),
                StreamInfo(name: "account-1", state: .never, firstRevision: 0, lastPosition: nil))
            try await store.append(Event.samples(0..<3), to: "account-1")
            try await store.add(3, to: "account-2")
            let info = try await store.stream("account-1")
            try expectEqual(
                info,
                StreamInfo(
                    name: "account-1", state: .live(last: 2), firstRevision: 0, lastPosition: 3))
            try expectEqual(info.count, 3)
            try await store.setMetadata(Array("{}".utf8), of: "account-3")
            try expectEqual(
                try await store.stream("account-3"),
                StreamInfo(
                    name: "account-3", state: .onlyMetadata, firstRevision: 0, lastPosition: nil))
        },
        ContractCase("Streams are listed by prefix, by the order of their bytes") { store in
            let names = ["b-1", "a-10", "a-1", "a-2", "B-1", "ä-1", "a", "🏦", "ab-1"]
            for (number, name) in names.enumerated() { try await store.add(number, to: name) }
            let table: [(String, [String])] = [
                ("", ["B-1", "a", "a-1", "a-10", "a-2", "ab-1", "b-1", "ä-1", "🏦"]),
                ("a", ["a", "a-1", "a-10", "a-2", "ab-1"]), ("a-", ["a-1", "a-10", "a-2"]),
                ("a-1", ["a-1", "a-10"]), ("x", []), ("🏦", ["🏦"]), ("ä", ["ä-1"]),
            ]
            for (prefix, expected) in table {
                let found = try await store.streams(prefix: prefix, after: nil, limit: 100)
                try expectEqual(found.map(\.name), expected, "prefix '\(prefix)':")
                for info in found { try expectEqual(info, try await store.stream(info.name)) }
            }
        },
        ContractCase("Pages of a list follow each other without gap or overlap") { store in
            let names = (0..<23).map { "account-\($0)" }
            for (number, name) in names.enumerated() { try await store.add(number, to: name) }
            let expected = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for limit in [1, 2, 7, 23, 24] {
                var found: [String] = []
                while true {
                    let page = try await store.streams(
                        prefix: "account", after: found.last, limit: limit)
                    try expect(page.count <= limit, "a page holds at most \(limit)")
                    if page.isEmpty { break }
                    found += page.map(\.name)
                }
                try expectEqual(found, expected, "pages of \(limit):")
            }
            try expectEqual(
                try await store.streams(prefix: "account-2", after: "account-0", limit: 1).map(
                    \.name),
                ["account-2"])
            try expectEqual(
                try await store.streams(prefix: "account-2", after: "account-20a", limit: 1)
                    .map(\.name), ["account-21"])
            try expectEqual(try await store.streams(prefix: "", after: nil, limit: 0), [])
        },
        ContractCase("System streams are listed only under a prefix that begins so") { store in
            try await store.add(1, to: "account-1")
            try await store.setMetadata(Array("{}".utf8), of: "account-1")
            try await store.setMetadata(Array("{}".utf8), of: "account-2")
            try expectEqual(
                try await store.streams(prefix: "", after: nil, limit: 9).map(\.name), ["account-1"]
            )
            for prefix in ["$", "$$", "$$account"] {
                try expectEqual(
                    try await store.streams(prefix: prefix, after: nil, limit: 9).map(\.name),
                    ["$$account-1", "$$account-2"], prefix)
            }
        },
        ContractCase("Deleted streams are listed as what they are") { store in
            for number in 1..<4 { try await store.add(number, to: "account-\(number)") }
            try await store.delete("account-1")
            try await store.delete("account-2", .tombstone, expecting: .any)
            try expectEqual(
                try await store.streams(prefix: "", after: nil, limit: 9).map(\.state),
                [.softDeleted(last: 0), .tombstoned(last: 0), .live(last: 0)])
        },
    ]
}
