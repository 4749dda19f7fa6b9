import Daybook
import DaybookJSON
import DaybookStore
import Foundation
import Testing

@testable import DaybookCLI

/// Copies of a store that has several journals, or of which something was removed.
@Suite struct JournalCopyTests {
    let shelf: Shelf

    init() throws { shelf = try Shelf() }

    private func fillTwo() async throws {
        try await shelf.fill("store")
        let sent = await shelf.run(
            "store", "append", "invoice-1", "--type", "sent", "--journal", "billing")
        #expect(sent.exit == .success, "\(sent.errors)")
    }

    @Test func `None of several journals is left out in silence`() async throws {
        try await fillTwo()
        let commands = [
            ["backup", shelf.place("backup")], ["backup", "-"], ["repair"],
            ["repair", "--accept-loss"], ["export", "--exact"],
        ]
        for words in commands {
            var console = Console()
            console.stores = EmbeddedStores()
            let result = await console.run(words + ["--store", shelf.place("store")])
            #expect(result.exit == .usage, "\(words): \(result.output)\(result.errors)")
            #expect(result.output.isEmpty && result.errors.contains("has 2: billing, main"))
            #expect(result.errors.contains("--journal"))
        }
        #expect(!shelf.has("backup"))
        let repaired = await shelf.run("store", "repair", "--journal", "billing")
        #expect(repaired.exit == .success && repaired.output == "nothing to repair\n")
    }

    @Test func `Each journal is backed up and restored by its name`() async throws {
        try await fillTwo()
        for name in ["billing", "main"] {
            let made = await shelf.run(
                "store", "backup", shelf.place("\(name).tar"), "--journal", name)
            #expect(made.exit == .success, "\(made.errors)")
            let restored = await shelf.run("copy", "restore", shelf.place("\(name).tar"), "--json")
            #expect(try parsed(restored.output)["journal"] == .string(name), "\(restored.errors)")
        }
        #expect(try await shelf.answers("copy") == (try await shelf.answers("store")))
        let read = await shelf.run("copy", "read", "invoice-1", "--journal", "billing")
        #expect(read.exit == .success && read.output.contains("sent"))
        let beside = await shelf.run(
            "copy", "restore", shelf.place("main.tar"), "--journal", "old")
        #expect(beside.output.hasPrefix("10 events restored in journal old of "))
        let listed = await shelf.run("copy", "journals").lines.map { $0.prefix { $0 != " " } }
        #expect(listed.suffix(3) == ["billing", "main", "old"])
        #expect(await shelf.run("copy", "verify").exit == .success)
        let refused = await shelf.run("copy", "restore", shelf.place("main.tar"))
        #expect(refused.exit == .refused && refused.errors.contains("--journal"))
        let into = await shelf.run(
            "store", "backup", shelf.place("other"), "--journal", "billing")
        #expect(into.exit == .success)
        let mixed = await shelf.run("store", "backup", shelf.place("other"), "--journal", "main")
        #expect(mixed.exit == .refused && mixed.errors.contains("another journal"))
    }

    @Test func `A journal that is not finished is said to be so, and made by the same command`()
        async throws
    {
        try await fillTwo()
        _ = await shelf.run("store", "backup", shelf.place("b.tar"), "--journal", "billing")
        try FileManager.default.removeItem(atPath: shelf.place("store/journals/billing"))
        try FileManager.default.createDirectory(
            atPath: shelf.place("store/journals/billing"), withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: shelf.place("store/journals/billing/UNFINISHED")))
        let listed = await shelf.run("store", "journals")
        #expect(listed.exit == .damaged && listed.output.contains("The journal is not finished"))
        let verified = await shelf.run("store", "verify")
        #expect(verified.exit == .damaged && verified.output.contains("did not come to its end"))
        #expect(await shelf.run("store", "append", "account-9", "--type", "x").exit == .success)
        let used = await shelf.run(
            "store", "append", "invoice-2", "--type", "x", "--journal", "billing")
        #expect(used.exit == .damaged && used.errors.contains("not finished"))
        #expect(await shelf.run("store", "restore", shelf.place("b.tar")).exit == .success)
        #expect(await shelf.run("store", "verify").exit == .success)
    }

    @Test func `An exact copy of a compacted journal is exported the same, byte for byte`()
        async throws
    {
        try await fillTwo()
        let removed = await shelf.run("store", "compact", "--all")
        #expect(removed.exit == .success, "\(removed.errors)")
        let lines = await shelf.run("store", "export", "--exact", "--journal", "main").output
        #expect(lines.contains(#""removed":{"dataBytes":"#))
        let file = shelf.place("all.jsonl")
        try Data(lines.utf8).write(to: URL(filePath: file))
        let imported = await shelf.run("copy", "import", "--exact", file)
        #expect(imported.exit == .success, "\(imported.errors)")
        #expect(await shelf.run("copy", "export", "--exact").output == lines)
        #expect(await shelf.run("copy", "verify").exit == .success)
        let named = await shelf.run("copy", "import", "--exact", file, "--journal", "second")
        #expect(named.exit == .success, "\(named.errors)")
        let second = await shelf.run("copy", "export", "--exact", "--journal", "second").lines
        #expect(second.dropFirst() == lines.split(separator: "\n").map(String.init)[1...])
        // Its name is another one, and nothing else.
        #expect(
            second[0].replacingOccurrences(of: "second", with: "main")
                == lines.prefix { $0 != "\n" })
        let stub = try #require(lines.split(separator: "\n").first { $0.contains("removed") })
        try Data(stub.utf8).write(to: URL(filePath: file))
        let plain = await shelf.run("other", "import", file)
        #expect(plain.exit == .refused && plain.errors.contains("removed"), "\(plain.errors)")
        let compacted = await shelf.run("copy", "compact", "--all", "--journal", "main")
        #expect(compacted.exit == .success, "\(compacted.errors)")
    }
}
