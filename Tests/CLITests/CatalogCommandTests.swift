import Daybook
import DaybookJSON
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct CatalogCommandTests {
    let folder = Folder()
    let store = ModelOpened()
    var console: Console { Console(opening: store) }

    /// What a program wrote that reads two versions of one type, under two names.
    static let catalog = #"""
        {"format": "json", "unknown": "fail", "lines": [
            {"name": "opened", "version": 2, "formerNames": ["begun"], "versions": [1, 2], "splitsInto": [],
             "isIgnored": false}]}
        """#

    private func record(_ type: String, _ words: String...) async {
        _ = await console.run(["append", "account-1", "--type", type, "--data", "{}"] + words)
    }

    @Test func `Types are a table, or a line of JSON each`() async {
        await record("opened")
        await record("opened", "--metadata", #"{"$version":2}"#)
        await record("opened")
        #expect(
            await console.run("catalog").output == """
                type    version  events  first  last  content
                opened        1       2      1     3  application/json
                opened        2       1      2     2  application/json

                """)
        #expect(
            await console.run("catalog", "--json").lines.last
                == #"{"type":"opened","version":2,"events":1,"firstPosition":2,"lastPosition":2,"#
                + #""contentType":"application/json"}"#)
    }

    @Test func `An empty store has none`() async {
        let result = await console.run("catalog")
        #expect(result.exit == .success && result.output.isEmpty)
        #expect(result.errors == "note: nothing is recorded\n")
    }

    @Test func `A program that reads all is told so`() async throws {
        let file = try folder.write("catalog.json", Self.catalog)
        await record("opened")
        await record("begun", "--metadata", #"{"$version":2}"#)
        let result = await console.run("catalog", file)
        #expect(result.exit == .success, "\(result.errors)")
        #expect(result.output == "all is well: 2 events of 2 kinds\n")
    }

    @Test func `What a program does not read is told, and ends with the code of damage`()
        async throws
    {
        let file = try folder.write("catalog.json", Self.catalog)
        await record("opened")
        await record("closed")
        await record("opened", "--metadata", #"{"$version":3}"#)
        let result = await console.run("catalog", file)
        #expect(result.exit == .damaged)
        #expect(
            result.lines == [
                "not read: closed: the catalog has no line for it (1 event, position 2)",
                "not read: opened, version 3: the catalog knows its versions up to 2: a later program has "
                    + "recorded it (1 event, position 3)",
                "2 of 3 kinds of events cannot be read. Add them to the catalog of the program: whoever reads "
                    + "one gets an error.",
            ])
        let json = try parsed(await console.run("catalog", file, "--json").output)
        #expect(json["kinds"] == 3 && json["events"] == 3)
        #expect(json["findings"]?[0]?["why"] == "the catalog has no line for it")
        #expect(json["findings"]?[1]?["version"] == 3)
        #expect(json["findings"]?[1]?["allowed"] == false)
    }

    @Test func `What its rule passes over is told, and is no fault`() async throws {
        let file = try folder.write(
            "catalog.json", Self.catalog.replacing(#""fail""#, with: #""skip""#))
        await record("closed")
        let result = await console.run("catalog", file)
        #expect(result.exit == .success)
        #expect(
            result.lines == [
                "passed over: closed: the catalog has no line for it (1 event, position 1)",
                "all is well: 1 event of 1 kind",
            ])
    }

    @Test func `A file that is no catalog is refused`() async throws {
        let file = try folder.write("catalog.json", "{}")
        let result = await console.run("catalog", file)
        #expect(result.exit == .refused)
        #expect(result.errors.contains("The description of a catalog cannot be read"))
        #expect(result.errors.contains("place:  \(file)"))
        #expect(await console.run("catalog", folder.path + "/none.json").exit == .notFound)
    }

    @Test func `The form of snapshots is told`() async throws {
        await record("opened")
        let value = Self.snapshot(revision: 0)
        var kept = Append()
        kept.records = [SystemRecord(owner: "snapshots.account", key: "0/account-1", value: value)]
        _ = try await store.append(kept)
        let well = await console.run("verify", "--snapshots", "account")
        #expect(well.exit == .success)
        #expect(well.output == "all is well: 1 snapshot of fold 'account'\n")
        #expect(well.errors.contains("`verifySnapshots()` of its repository"))
        var append = Append()
        append.records = [SystemRecord(owner: "snapshots.account", key: "1/account-1", value: [1])]
        _ = try await store.append(append)
        let bad = await console.run("verify", "--snapshots", "account")
        #expect(bad.exit == .damaged)
        #expect(
            bad.lines.first
                == "damage: a snapshot of stream 'account-1': part 1 belongs to no snapshot")
        let json = try parsed(
            await console.run("verify", "--snapshots", "account", "--json").output)
        #expect(json["fold"] == "account" && json["snapshots"] == 1)
        #expect(json["findings"]?[0]?["stream"] == "account-1")
        #expect(json["findings"]?[0]?["journal"] == "main")
    }

    /// A snapshot of one part, as `SnapshotShelf` draws it: what it says of itself as CBOR, behind a head of 12 bytes.
    private static func snapshot(revision: UInt8) -> [UInt8] {
        let members: [(String, UInt8)] = [
            ("version", 1), ("catalog", 1), ("revision", revision), ("position", 1), ("state", 0),
        ]
        let head: [UInt8] = [revision, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        return head + [0xA0 + UInt8(members.count)]
            + members.flatMap { [0x60 + UInt8($0.utf8.count)] + Array($0.utf8) + [$1] }
    }

    @Test func `A fold without snapshots is probably another one`() async {
        let none = await console.run("verify", "--snapshots", "acount")
        #expect(none.exit == .success)
        #expect(none.output.contains("there are no snapshots of a fold 'acount'"))
        #expect(!none.output.contains("all is well"))
    }
}
