import Daybook
import DaybookJSON
import DaybookStore
import Foundation
import Testing

@testable import DaybookCLI

/// What is said to whoever names the wrong thing, or finds damage in a copy.
@Suite struct UpkeepWordsTests {
    let shelf: Shelf

    init() throws { shelf = try Shelf() }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: shelf.place(name)))
    }

    @Test func `A file in the place of a folder, and the other way round, is told as that`()
        async throws
    {
        try await shelf.fill("store")
        try write("file", [1, 2, 3])
        for words in [["backup", shelf.place("new")], ["verify"], ["read", "--all"]] {
            var console = Console()
            console.stores = EmbeddedStores()
            let result = await console.run(words + ["--store", shelf.place("file")])
            #expect(result.exit == .notFound, "\(words)")
            #expect(result.errors.contains("a file stands where a folder is needed"))
            #expect(result.errors.contains("Name the folder of a store"))
        }
        let into = await shelf.run("store", "backup", shelf.place("file"))
        #expect(into.exit == .notFound && into.errors.contains("a file stands where a folder"))
        try FileManager.default.createDirectory(
            atPath: shelf.place("folder/in"), withIntermediateDirectories: true)
        let onto = await shelf.run("store", "backup", "--file", shelf.place("folder"))
        #expect(onto.exit == .refused)
        #expect(onto.errors.contains("a folder stands where the file is to be"))
        #expect(onto.errors.contains("without --file"))
        #expect(shelf.has("folder/in") && !shelf.has("new"))
    }

    @Test(arguments: ["backup", "backup.tar"])
    func `Damage in a backup is not to be repaired, but copied anew`(name: String) async throws {
        try await shelf.fill("store")
        let backup = shelf.place(name)
        _ = await shelf.run("store", "backup", backup)
        let asStore = await shelf.run(name, "verify")
        #expect(asStore.exit != .success)
        #expect(asStore.errors.contains("daybook restore"))
        let segments = name == "backup" ? backup + "/segments" : nil
        let path =
            try segments.map { folder in
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                return folder + "/" + (try #require(names.first))
            } ?? backup
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        // In the first event: behind the header of the segment, and of the file in an archive.
        bytes[4096 + 100 + (segments == nil ? 512 : 0)] ^= 4
        try Data(bytes).write(to: URL(filePath: path))
        let found = await shelf.run("store", "backup", "--verify", backup)
        #expect(found.exit == .damaged)
        #expect(found.output.contains("at \(path), offset"))
        #expect(found.output.contains("Take the backup anew"))
        #expect(!found.output.contains("repair"))
        // As it says.
        #expect(await shelf.run("store", "backup", backup).exit == .success)
        #expect(await shelf.run("store", "backup", "--verify", backup).exit == .success)
    }

    @Test(
        arguments: [
            ("gzip", "gunzip", [0x1F, 0x8B, 8, 0, 0, 0, 0]),
            ("zstd", "unzstd", [0x28, 0xB5, 0x2F, 0xFD, 4]),
            ("xz", "unxz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0]),
            ("bzip2", "bunzip2", [0x42, 0x5A, 0x68, 0x39]),
        ] as [(String, String, [UInt8])])
    func `An archive that was compressed has to be unpacked first`(
        packing: String, program: String, bytes: [UInt8]
    ) async throws {
        try write("backup.tar.x", bytes + [UInt8](repeating: 7, count: 900))
        for words in [["restore"], ["backup", "--verify"]] {
            var console = Console()
            console.stores = EmbeddedStores()
            let result = await console.run(
                words + [shelf.place("backup.tar.x"), "--store", shelf.place("copy")])
            #expect(result.exit == .refused)
            #expect(result.errors.contains("it is packed with \(packing)"))
            #expect(result.errors.contains("`\(program)`"))
            #expect(result.errors.contains(shelf.place("backup.tar.x")))
        }
        #expect(!shelf.has("copy"))
    }

    @Test func `Metadata are those of a stream, not of what holds them`() async throws {
        try await shelf.fill("store")
        for words in [["--max-count", "3"], []] {
            var console = Console()
            console.stores = EmbeddedStores()
            let result = await console.run(
                ["metadata", "$$account-1"] + words + ["--store", shelf.place("store")])
            #expect(result.exit == .usage)
            #expect(result.errors.contains("it holds those of `account-1`"))
            #expect(result.errors.contains("daybook metadata account-1"))
        }
        let system = await shelf.run("store", "metadata", "$journal", "--max-count", "3")
        #expect(system.exit == .usage && system.errors.contains("the system's"))
    }

    @Test func `An exact import that was stopped begins from the beginning, and says so`()
        async throws
    {
        let store = try await EmbeddedStore.open(at: shelf.place("store"))
        for _ in 0..<3 {
            try await store.append((0..<500).map { _ in Event(type: "n", data: []) }, to: "s-1")
        }
        try await store.close()
        let file = shelf.place("all.jsonl")
        #expect(await shelf.run("store", "export", "--exact", "--output", file).exit == .success)
        var console = Console()
        console.stores = EmbeddedStores()
        console.interruption.request(at: 0)
        let words = ["import", "--exact", file, "--store", shelf.place("copy")]
        let stopped = await console.run(words)
        #expect(stopped.exit == .interrupted)
        #expect(stopped.errors.contains("nothing was imported"))
        #expect(stopped.errors.contains("begins from the beginning"))
        #expect(await shelf.run("copy", "head").exit == .notFound)
        #expect(await shelf.run("copy", "import", "--exact", file).exit == .success)
        #expect(try await shelf.answers("copy") == (try await shelf.answers("store")))
    }

    @Test func `What a compaction gives back is what the files take less`() async throws {
        let store = try await EmbeddedStore.open(at: shelf.place("store"))
        for number in 0..<400 {
            let data = [UInt8](repeating: UInt8(number % 251), count: 6000)
            try await store.append([Event(type: "n", data: data)], to: "s-\(number % 2)")
        }
        try await store.delete("s-1")
        let before = try taken()
        let preview = try await store.previewCompaction(bytesPerSecond: nil, takesAll: true) { _ in
        }
        let used = try await store.statistics().usedBytes
        let report = try await store.compact(bytesPerSecond: nil, takesAll: true)
        let after = try await store.statistics()
        #expect(abs(Int(used - after.usedBytes) - Int(after.bytesGivenBack)) < 64 << 10)
        let less = before - (try taken())
        // The segment that was written to gave way to one as large.
        #expect(report.segmentsWritten > 1)
        #expect(Int(report.bytesBefore) - Int(report.bytesAfter) == less)
        let foreseen = Int(preview.bytesBefore) - Int(preview.bytesAfter)
        #expect(abs(foreseen - less) < 64 << 10, "\(foreseen), and it was \(less)")
        try await store.close()
    }

    /// Bytes on the device of all segments.
    private func taken() throws -> Int {
        let folder = shelf.place("store/journals/main/segments")
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            !$0.hasSuffix(".offsets") && !$0.hasSuffix(".ids")
        }.reduce(0) { sum, name in
            var status = stat()
            #expect(stat("\(folder)/\(name)", &status) == 0)
            return sum + 512 * Int(status.st_blocks)
        }
    }
}
