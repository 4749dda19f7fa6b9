import Daybook
import DaybookBytes
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

@testable import DaybookCLI

/// Real stores in a folder that is gone afterwards.
final class Shelf: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/daybook-shelf-\(EventID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func place(_ name: String) -> String { path + "/" + name }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place(name)) }

    /// Runs a command on one of the stores.
    func run(_ store: String, _ words: String...) async -> Console.Result {
        var console = Console()
        console.stores = EmbeddedStores()
        return await console.run(words + ["--store", place(store)])
    }

    /// A store of six appends, of 1, 2, 3, 1, 2, 3 events, the last of which deletes a stream.
    func fill(_ store: String) async throws {
        let opened = try await EmbeddedStore.open(at: place(store))
        for number in 0..<5 {
            let events = (0...number % 3).map { event in
                Event(
                    type: "noted", data: Array("{\"n\": \(number), \"e\":\(event)}".utf8),
                    metadata: event == 1 ? Array("{}".utf8) : [], tags: ["a:\(number)"],
                    correlation: "c\(number)")
            }
            var append = Append(events, to: "account-\(number % 2)")
            if number == 1 { append.tracking = TrackingMark(consumer: "c", from: nil, to: [1]) }
            if number == 2 { append.records = [SystemRecord(owner: "o", key: "k", value: [9])] }
            try await opened.append(append)
        }
        try await opened.delete("account-1")
        try await opened.close()
    }

    /// What the store answers, as lines.
    func answers(_ store: String) async throws -> [String] {
        let read = await run(store, "export", "--system")
        #expect(read.exit == .success, "\(read.errors)")
        return read.lines
    }
}

@Suite struct BackupCommandTests {
    let shelf: Shelf

    init() throws { shelf = try Shelf() }

    @Test(arguments: ["backup", "backup.tar"])
    func `What is backed up can be restored, and goes on`(name: String) async throws {
        try await shelf.fill("store")
        let backup = shelf.place(name)
        let made = await shelf.run("store", "backup", backup)
        #expect(made.exit == .success, "\(made.errors)")
        #expect(made.output.hasPrefix("10 events backed up in \(backup): 1 segment, "))
        let verified = await shelf.run("store", "backup", "--verify", backup)
        #expect(verified.exit == .success && verified.output.hasPrefix("all is well: 10 events"))
        let restored = await shelf.run("copy", "restore", backup)
        #expect(restored.exit == .success, "\(restored.errors)")
        #expect(restored.output.hasPrefix("10 events restored in \(shelf.place("copy")), as"))
        #expect(try await shelf.answers("copy") == (try await shelf.answers("store")))
        #expect(await shelf.run("copy", "verify").exit == .success)
        #expect(await shelf.run("copy", "append", "account-7", "--type", "x").exit == .success)
        let again = await shelf.run("copy", "restore", backup)
        #expect(again.exit == .refused && again.errors.contains("has a journal 'main' already"))
    }

    @Test func `It tells what was there already, also as JSON`() async throws {
        try await shelf.fill("store")
        let backup = shelf.place("backup")
        _ = await shelf.run("store", "backup", backup)
        let again = await shelf.run("store", "backup", backup, "--json")
        let json = try parsed(again.output)
        #expect(json["segments"] == 1 && json["segmentsKept"] == 1 && json["lastPosition"] == 10)
        let restored = await shelf.run("copy", "restore", backup, "--json")
        #expect(try parsed(restored.output)["lastPosition"] == 10)
        // A store is no place for a backup, nor is a backup a store.
        let refused = await shelf.run("store", "backup", shelf.place("copy"))
        #expect(refused.exit == .refused && refused.errors.contains("journals"))
        #expect(await shelf.run("store", "restore", shelf.place("copy")).exit == .notFound)
        #expect(await shelf.run("none", "backup", shelf.place("other")).exit == .notFound)
        #expect(!shelf.has("other") && !shelf.has("none"))
    }

    @Test func `Nothing is written into the folder of a store`() async throws {
        try await shelf.fill("store")
        let inside = shelf.place("store/copies/all")
        let around = shelf.place("other/../store/all")
        let refused = [
            await shelf.run("store", "backup", inside),
            await shelf.run("store", "backup", inside + ".tar"),
            await shelf.run("store", "backup", around),
            await shelf.run("store", "export", "--output", inside),
            await shelf.run("store", "export", "--exact", "--output", inside),
        ]
        for result in refused {
            #expect(result.exit == .refused)
            #expect(result.errors.contains("Nothing may be written into the folder of a store"))
        }
        #expect(!shelf.has("store/copies") && !shelf.has("store/all"))
        // Whose name only begins like the store's is outside.
        #expect(await shelf.run("store", "backup", shelf.place("store-backup")).exit == .success)
    }

    @Test func `One that is stopped or refused leaves nothing that it made itself`() async throws {
        try await shelf.fill("store")
        // Into folders that it makes, into one that is there, and into a file.
        let empty = LinuxDisk(root: shelf.place("empty"))
        try empty.createRoot()
        let folders = ["new", "some/new", "empty", "empty/new"].map {
            BackupDestination.folder(shelf.place($0))
        }
        for destination in folders + [.file(shelf.place("one.tar"))] {
            let error = await #expect(throws: StoreError.self) {
                try await EmbeddedStore.backup(shelf.place("store"), to: destination) {
                    (_, _) throws(StoreError) in throw .cancelled()
                }
            }
            #expect(error?.code == .cancelled)
        }
        #expect(try LinuxDisk(root: shelf.path).list("") == ["empty", "store"])
        #expect(try empty.list("") == [])
        // And into one with another backup, which was unpacked from an archive: it has no lock.
        try await shelf.fill("other")
        let other = LinuxDisk(root: shelf.place("backup"))
        #expect(await shelf.run("other", "backup", other.root).exit == .success)
        try other.remove("LOCK")
        let before = try other.list("")
        #expect(await shelf.run("store", "backup", other.root).exit == .refused)
        #expect(try other.list("") == before)
    }

    @Test func `A restore ends where it is told to`() async throws {
        try await shelf.fill("store")
        let backup = shelf.place("backup.tar")
        _ = await shelf.run("store", "backup", backup)
        let inside = await shelf.run("copy", "restore", backup, "--to-position", "5")
        #expect(inside.exit == .refused)
        #expect(inside.errors.contains("the nearest are 3 and 6"))
        let some = await shelf.run("copy", "restore", backup, "--to-position", "6")
        #expect(some.exit == .success && some.output.contains("6 events restored"))
        #expect(some.output.contains(", of a backup that was taken at 2"), "\(some.output)")
        #expect(some.output.hasSuffix("; 4 later events left out\n"))
        #expect(try await shelf.answers("copy").count == 6)
        let none = await shelf.run("other", "restore", backup, "--at", "2001-01-01")
        #expect(none.exit == .refused && none.errors.contains("Nothing was recorded"))
        let both = await shelf.run(
            "other", "restore", backup, "--at", "now", "--to-position", "6")
        #expect(both.exit == .usage)
    }

    @Test func `Of several at a time into one folder one is made, and others are told to wait`()
        async throws
    {
        try await shelf.fill("store")
        for round in 0..<10 {
            let folder = shelf.place("backup-\(round)")
            let results = await withTaskGroup { group in
                for _ in 0..<3 { group.addTask { await shelf.run("store", "backup", folder) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.contains { $0.exit == .success })
            for result in results where result.exit != .success {
                #expect(result.exit == .locked, "\(result.errors)")
                #expect(result.errors.contains("Wait until it has ended"), "\(result.errors)")
            }
            #expect(await shelf.run("store", "backup", "--verify", folder).exit == .success)
        }
    }

    @Test func `A restore that is stopped or refused leaves the folder as it was found`()
        async throws
    {
        try await shelf.fill("store")
        let backup = shelf.place("backup.tar")
        _ = await shelf.run("store", "backup", backup)
        var damaged = try Data(contentsOf: URL(filePath: backup))
        damaged[5000] ^= 1
        try damaged.write(to: URL(filePath: shelf.place("damaged.tar")))
        let empty = LinuxDisk(root: shelf.place("empty"))
        try empty.createRoot()
        let store = LinuxDisk(root: shelf.place("store"))
        let before = [try store.list(""), try store.list("journals")]
        for folder in ["new", "some/new", "empty", "empty/new", "store"] {
            let stopped = await #expect(throws: StoreError.self) {
                try await EmbeddedStore.restore(
                    backup, to: shelf.place(folder), journal: "other"
                ) { (_, _) throws(StoreError) in throw .cancelled() }
            }
            #expect(stopped?.code == .cancelled)
            for words in [[shelf.place("damaged.tar")], [backup, "--to-position", "5"]] {
                var console = Console()
                console.stores = EmbeddedStores()
                let refused = await console.run(
                    ["restore"] + words + ["--store", shelf.place(folder), "--journal", "other"])
                #expect([.damaged, .refused].contains(refused.exit), "\(refused.errors)")
            }
        }
        #expect(
            try LinuxDisk(root: shelf.path).list("")
                == ["backup.tar", "damaged.tar", "empty", "store"])
        #expect(try empty.list("") == [])
        #expect([try store.list(""), try store.list("journals")] == before)
        #expect(await shelf.run("store", "verify").exit == .success)
    }

    @Test func `A damaged archive is named once`() async throws {
        try await shelf.fill("store")
        let backup = shelf.place("backup.tar")
        _ = await shelf.run("store", "backup", backup)
        let whole = try Data(contentsOf: URL(filePath: backup))
        var damaged = whole
        // In the middle of the events, and then in the descriptor, which stands last.
        damaged[5000] ^= 1
        try damaged.write(to: URL(filePath: backup))
        let restored = await shelf.run("copy", "restore", backup)
        #expect(restored.errors.contains(" \(backup), offset "), "\(restored.errors)")
        damaged = whole
        let place = try #require(damaged.lastIndex { $0 != 0 })
        damaged[place] ^= 1
        try damaged.write(to: URL(filePath: backup))
        for told in [
            await shelf.run("copy", "backup", "--verify", backup),
            await shelf.run("copy", "restore", backup),
        ] {
            #expect(told.errors.contains(" \(backup), offset "), "\(told.errors)")
        }
    }

    @Test func `An archive is one that tar lists and unpacks`() async throws {
        try await shelf.fill("store")
        let backup = shelf.place("backup.archive")
        _ = await shelf.run("store", "backup", "--file", backup)
        let (status, listed, errors) = try Subprocess.run(
            "/bin/tar", ["tvf", backup], environment: ["TZ": "UTC"])
        #expect(status == .exited(0), "\(errors)")
        let lines = String(decoding: listed, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2 && lines.last?.hasSuffix(" BACKUP") == true)
        try FileManager.default.createDirectory(
            atPath: shelf.place("unpacked"), withIntermediateDirectories: true)
        let (unpacked, _, _) = try Subprocess.run(
            "/bin/tar", ["xf", backup, "-C", shelf.place("unpacked")], environment: [:])
        #expect(unpacked == .exited(0))
        #expect(await shelf.run("copy", "restore", shelf.place("unpacked")).exit == .success)
        #expect(try await shelf.answers("copy") == (try await shelf.answers("store")))
    }

    @Test func `A damaged backup is told by verify, and not restored`() async throws {
        try await shelf.fill("store")
        let backup = shelf.place("backup")
        _ = await shelf.run("store", "backup", backup)
        let disk = LinuxDisk(root: backup)
        let name = try #require(try disk.list("segments").first)
        let file = try disk.open("segments/" + name, .readWrite)
        try disk.writeAll(file, [0, 0, 0, 0].rawSpan, at: 4096 + 600)
        disk.close(file)
        let verified = await shelf.run("store", "backup", "--verify", backup)
        #expect(verified.exit == .damaged && verified.output.contains("damage: "))
        let restored = await shelf.run("copy", "restore", backup)
        #expect(restored.exit == .damaged)
        #expect(restored.errors.contains("\(backup)/segments/\(name), offset"))
        #expect(restored.errors.contains("`daybook backup --verify` tells all that is damaged"))
        #expect(await shelf.run("copy", "read", "--all").exit == .notFound)
    }
}

@Suite struct RepairCommandTests {
    let shelf: Shelf

    init() throws { shelf = try Shelf() }

    @Test func `It says what is lost, and then does what it was told to`() async throws {
        try await shelf.fill("store")
        let well = await shelf.run("store", "repair")
        #expect(well.exit == .success && well.output == "nothing to repair\n")
        let before = try await shelf.answers("store")
        let disk = LinuxDisk(root: shelf.place("store"))
        let file = try disk.open("journals/main/segments/0000000001.0", .readWrite)
        // Inside the second append: the first stays.
        try disk.writeAll(file, [0, 0, 0, 0].rawSpan, at: 4096 + 300)
        disk.close(file)
        #expect(await shelf.run("store", "append", "a", "--type", "x").exit == .damaged)
        let told = await shelf.run("store", "repair")
        #expect(told.exit == .damaged)
        #expect(told.output.contains("whole: positions 1 to 1\n"), "\(told.output)")
        #expect(told.output.contains("lost: positions 2 to 10, 9 events"), "\(told.output)")
        #expect(told.output.contains(" of account-0\n"))
        #expect(told.output.contains("Nothing was changed."))
        let json = try parsed(await shelf.run("store", "repair", "--json").output)
        #expect(json["loss"]?["firstPosition"] == 2 && json["repaired"] == false)
        let done = await shelf.run("store", "repair", "--accept-loss")
        #expect(done.exit == .success, "\(done.output)\(done.errors)")
        #expect(
            done.output.contains(
                "moved: journals/main/segments/0000000001.0 to journals/main/damaged-"))
        #expect(done.output.hasSuffix("repaired: the journal ends with position 1\n"))
        #expect(try await shelf.answers("store") == [before[0]])
        #expect(await shelf.run("store", "verify").exit == .success)
        #expect(await shelf.run("store", "append", "a", "--type", "x").exit == .success)
        #expect(await shelf.run("store", "repair").output == "nothing to repair\n")
    }
}

@Suite struct ExactCommandTests {
    let shelf: Shelf

    init() throws { shelf = try Shelf() }

    @Test(arguments: ["all.jsonl", "all.jsonl.zst"])
    func `What is exported exactly and imported is exported the same`(name: String) async throws {
        try await shelf.fill("store")
        let file = shelf.place(name)
        let exported = await shelf.run("store", "export", "--exact", "--output", file)
        #expect(exported.exit == .success, "\(exported.errors)")
        #expect(exported.output.hasPrefix("10 events in "))
        let imported = await shelf.run("copy", "import", "--exact", file)
        #expect(imported.exit == .success, "\(imported.errors)")
        #expect(imported.output == "10 events in 6 appends imported with their positions\n")
        let lines = await shelf.run("store", "export", "--exact").output
        #expect(lines.split(separator: "\n").count == 11)
        #expect(await shelf.run("copy", "export", "--exact").output == lines)
        #expect(try await shelf.answers("copy") == (try await shelf.answers("store")))
        #expect(await shelf.run("copy", "verify").exit == .success)
        #expect(await shelf.run("copy", "read", "account-1").exit == .notFound, "it is deleted")
        #expect(await shelf.run("copy", "append", "account-7", "--type", "x").exit == .success)
        let again = await shelf.run("copy", "import", "--exact", file)
        #expect(again.exit == .refused && again.errors.contains("has a journal 'main' already"))
        let plain = await shelf.run("other", "import", file)
        #expect(plain.exit == .refused && plain.errors.contains("import --exact"))
    }

    @Test func `Lines that do not fit are refused with their place, and nothing is left`()
        async throws
    {
        try await shelf.fill("store")
        let lines = await shelf.run("store", "export", "--exact").lines
        let cases: [(String, [String], String)] = [
            ("cut", Array(lines.dropLast(1)), "the first one says 10"),
            ("no header", Array(lines.dropFirst(1)), "all.jsonl:1:1"),
            ("gap", Array(lines[..<3] + lines[4...]), "position 3 has to follow"),
            ("order", Array(lines[..<2] + [lines[4]] + lines[2...]), "all.jsonl:3:1"),
            (
                "boundary", lines.map { $0.replacingOccurrences(of: #""append":4,"#, with: "") },
                "imported"
            ),
            (
                "a stub of nothing",
                lines.map {
                    $0.replacingOccurrences(of: #""data":"#, with: #""removed":{},"data":"#)
                },
                "`removed`"
            ),
            ("half a line", lines.dropLast(1) + [String(lines[10].prefix(40))], "all.jsonl:11:"),
        ]
        for (name, lines, expected) in cases {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(filePath: shelf.place("all.jsonl")))
            let result = await shelf.run("copy", "import", "--exact", shelf.place("all.jsonl"))
            if name == "boundary" {
                // Three appends of one event are as good as one of three: time and revisions fit.
                #expect(result.exit == .success && result.output.contains("8 appends"))
                try FileManager.default.removeItem(atPath: shelf.place("copy"))
                continue
            }
            #expect(result.exit == .refused, "\(name): \(result.errors)")
            #expect(result.errors.contains(expected), "\(name): \(result.errors)")
            #expect(!shelf.has("copy"), "\(name)")
        }
        let selected = await shelf.run("store", "export", "--exact", "--type", "noted")
        #expect(selected.exit == .usage)
    }
}
