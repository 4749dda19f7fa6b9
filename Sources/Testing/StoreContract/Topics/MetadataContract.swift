internal import Daybook

/// Metadata of streams: events in `$$s`.
enum MetadataContract {
    private static func owner(_ number: Int) -> [UInt8] { Array("{\"owner\":\(number)}".utf8) }

    static let cases: [ContractCase] = [
        ContractCase("A stream without metadata has none") { store in
            try expectEqual(try await store.metadata(of: "account-1"), nil)
            try await store.add(1, to: "account-1")
            try expectEqual(try await store.metadata(of: "account-1"), nil)
            try await store.delete("account-1")
            try expectEqual(try await store.metadata(of: "account-1"), nil)
        },
        ContractCase("The last metadata set is the metadata") { store in
            let values = ["{\"owner\":\"anna\"}", "{\"a\":[1]}", ""].map { Array($0.utf8) }
            for value in values {
                try await store.setMetadata(value, of: "account-1")
                try expectEqual(try await store.metadata(of: "account-1"), value)
            }
            let events = try await store.events(.stream("$$account-1"))
            try expectEqual(events.map(\.data), values)
            try expectEqual(Set(events.map(\.type)), [SystemType.metadata])
            try expectEqual(try await store.stream("account-1").state, .onlyMetadata)
            try expectEqual(try await store.stream("$$account-1").state, .live(last: 2))
        },
        ContractCase("Metadata outlives a deletion") { store in
            try await store.add(1, to: "account-1")
            try await store.setMetadata(owner(7), of: "account-1")
            try await store.delete("account-1")
            try expectEqual(try await store.metadata(of: "account-1"), owner(7))
            try await store.add(2, to: "account-1")
            try expectEqual(try await store.metadata(of: "account-1"), owner(7))
        },
        ContractCase("Setting metadata has a condition, about the metadata stream") { store in
            try await store.setMetadata(owner(1), of: "account-1", expecting: .none)
            let error = try await expectError(.wrongRevision) {
                try await store.setMetadata(owner(2), of: "account-1", expecting: .none)
            }
            try expectEqual(error.actual, .live(last: 0))
            try await store.setMetadata(owner(2), of: "account-1", expecting: .revision(0))
            try expectEqual(try await store.metadata(of: "account-1"), owner(2))
        },
        ContractCase("Metadata does not change what the stream is, nor its revisions") { store in
            try await store.add(1, to: "account-1")
            try await store.setMetadata(owner(1), of: "account-1")
            let answer = try await store.add(2, to: "account-1", expecting: .revision(0))
            try expectEqual(answer.revision, 1)
            try expectEqual(answer.firstPosition, 3)
            try await store.setMetadata(owner(1), of: "account-2")
            try expectEqual(
                try await store.add(3, to: "account-2", expecting: .none).revision, 0)
        },
        ContractCase("Metadata and events of a stream go into one append") { store in
            var append = Append([.sample(1)], to: "account-1", expecting: .none)
            append.add([.sample(2, type: SystemType.metadata)], to: "$$account-1", expecting: .none)
            try await store.append(append)
            try expectEqual(try await store.metadata(of: "account-1"), Event.sample(2).data)
            try expectEqual(try await store.append(append).isDuplicate, true)
        },
        ContractCase("Other system streams cannot be written") { store in
            for name in ["$all", "$x-1", "$", "$$", "$$$x", "$$$$account-1"] {
                try await expectError(.invalid, name) { try await store.add(1, to: name) }
            }
            try expectEqual(try await store.headPosition(), 0)
        },
        ContractCase("The longest name still has metadata, and can be deleted") { store in
            let name = String(repeating: "n", count: Limits.nameBytesMax)
            try await store.add(1, to: name)
            try await store.setMetadata(owner(1), of: name)
            try expectEqual(try await store.metadata(of: name), owner(1))
            try await store.delete(name)
            try expectEqual(try await store.stream(name).state, .softDeleted(last: 0))
        },
    ]
}
