import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// Snapshots are changed behind the back of the library, and looked at.
struct `The form of snapshots` {
    let engine = ModelStore()
    let owner = "snapshots.account"

    init() async throws {
        let store = SourcedStore(
            engine,
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            })
        let accounts = try Repository(Account(), in: store, snapshots: .every(1))
        // Of three parts.
        try await accounts.execute(.open(owner: String(repeating: "Ada", count: 50_000)), on: "41")
        try await accounts.execute(.open(owner: "Bob"), on: "42")
    }

    private func put(_ key: String, _ value: [UInt8]?) async throws {
        var append = Append()
        append.records = [SystemRecord(owner: owner, key: key, value: value)]
        try await engine.append(append)
    }

    private func value(_ key: String) async throws -> [UInt8] {
        try #require(try await engine.record(owner: owner, key: key)).value
    }

    private func whys(_ stream: String = "account-41") async throws -> [String] {
        let forms = try await SnapshotShelf.checkForms(ofFold: "account", in: engine)
        #expect(forms.findings.allSatisfy { $0.stream == stream })
        return forms.findings.map(\.why)
    }

    @Test func `Is right as it was put`() async throws {
        let forms = try await SnapshotShelf.checkForms(ofFold: "account", in: engine)
        #expect(forms.snapshots == 2 && forms.findings == [])
        #expect(try await engine.record(owner: owner, key: "2/account-41") != nil)
        let none = try await SnapshotShelf.checkForms(ofFold: "acount", in: engine)
        #expect(none.snapshots == 0 && none.findings == [])
    }

    @Test func `Lacks a part`() async throws {
        try await put("1/account-41", nil)
        #expect(try await whys() == ["part 1 of 3 is missing"])
    }

    @Test func `Has a part of another`() async throws {
        var value = try await value("1/account-41")
        value[0] ^= 1
        try await put("1/account-41", value)
        #expect(try await whys() == ["part 1 of 3 is of another snapshot"])
    }

    @Test func `Has a part too many`() async throws {
        try await put("3/account-41", try await value("2/account-41"))
        #expect(try await whys() == ["part 3 belongs to no snapshot"])
        try await put("3/account-41", nil)
        for part in 0...2 { try await put("\(part)/account-41", nil) }
        try await put("0/account-42", nil)
        try await put("1/account-42", [1])
        #expect(try await whys("account-42") == ["part 1 belongs to no snapshot"])
    }

    @Test func `Is cut off`() async throws {
        let value = try await value("0/account-42")
        try await put("0/account-42", value.dropLast())
        #expect(try await whys("account-42").first?.hasPrefix("it cannot be read: ") == true)
        try await put("0/account-42", Array(value.prefix(11)))
        #expect(try await whys("account-42") == ["its first part is cut off"])
    }

    @Test func `Is of a stream that has not so many events`() async throws {
        let value = try await value("0/account-42")
        try await put("0/account-43", value)
        #expect(
            try await whys("account-43") == ["it is of revision 0, and the stream has 0 events"])
    }

    @Test func `Says two revisions`() async throws {
        var value = try await value("0/account-42")
        try await engine.append(Append([Event(type: "odd", data: "{}")], to: "account-42"))
        value[0] = 1
        try await put("0/account-42", value)
        #expect(
            try await whys("account-42") == [
                "its parts say that it is of revision 1, and it says otherwise"
            ])
    }

    @Test(arguments: ["odd", "-1/account-42", "x/account-42", ""])
    func `Is under no key of one`(key: String) async throws {
        try await put(key.isEmpty ? "/" : key, [1])
        #expect(
            try await SnapshotShelf.checkForms(ofFold: "account", in: engine).findings.map(\.why)
                == ["the key '\(key.isEmpty ? "/" : key)' is that of no snapshot"])
    }

    @Test func `Is of a stream that is deleted, and stays so until it is taken away`() async throws
    {
        try await engine.delete("account-42", .tombstone, expecting: .any)
        #expect(try await whys() == [])
    }
}
