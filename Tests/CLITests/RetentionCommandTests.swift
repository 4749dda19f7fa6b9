import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct RetentionCommandTests {
    private let store: EmbeddedStore
    private let console: Console

    init() async throws {
        store = try await EmbeddedStore.open(on: MemoryDisk())
        console = Console(opening: Reopened(store))
        for number in 0..<5 {
            try await store.append([Event(type: "noted", data: "\(number)")], to: "account-1")
        }
    }

    @Test func `Truncating says what is left`() async throws {
        let text = await console.run("truncate", "account-1", "--before", "3")
        #expect(text.output == "account-1 begins with revision 3: 2 events left\n")
        let json = try parsed(
            await console.run("truncate", "account-1", "--before", "9", "--json").output)
        #expect(json["firstRevision"] == 5 && json["events"] == 0)
        #expect(await console.run("truncate", "account-1").exit == .usage)
    }

    @Test func `Metadata are shown, changed and set`() async throws {
        #expect(await console.run("metadata", "account-1").output == "{}\n")
        let set = await console.run(
            "metadata", "account-1", "--max-age", "2d", "--max-count", "3")
        #expect(set.output == "{\"$maxCount\":3,\"$maxAge\":172800}\n")
        let changed = await console.run(
            "metadata", "account-1", "--max-age", "none", "--truncate-before", "1")
        #expect(changed.output == "{\"$tb\":1,\"$maxCount\":3}\n")
        let none = await console.run(
            "metadata", "account-1", "--max-age", "0", "--max-count", "0")
        #expect(none.output == "{\"$tb\":1}\n")
        let own = await console.run("metadata", "account-1", "--set", "{\"owner\":\"ada\"}")
        #expect(own.output == "{\"owner\":\"ada\"}\n")
        #expect(await console.run("metadata", "account-1", "--show").output == own.output)
    }

    @Test(
        arguments: [
            ["--max-age", "soon"], ["--max-count", "-1"], ["--set", "{}", "--max-count", "1"],
            ["--show", "--set", "{}"],
        ])
    func `What contradicts itself or is no number is refused`(options: [String]) async throws {
        let result = await console.run(["metadata", "account-1"] + options)
        #expect(result.exit == .usage)
        #expect(try await store.metadata(of: "account-1") == nil)
    }

    @Test func `Metadata that cannot be read are refused`() async throws {
        let result = await console.run("metadata", "account-1", "--set", "{\"$tb\":\"x\"}")
        #expect(result.exit == .refused)
        #expect(result.errors.contains("$tb is no whole number"))
    }

    @Test func `Compaction says what it gave back`() async throws {
        _ = await console.run("truncate", "account-1", "--before", "3")
        let none = await console.run("compact", "--throttle", "none")
        #expect(none.exit == .success)
        #expect(
            none.output
                == "looked through 0 of 0 full segments, 0 bytes; nothing was removed or compressed\n"
        )
        let all = await console.run("compact", "--all", "--throttle", "64M")
        #expect(all.output.contains("removed the data of 3 events from 1 segment: 1.0 MiB before"))
        #expect(try await store.events(Read(.all)).count == 2)
        let json = try parsed(await console.run("compact", "--all", "--json").output)
        #expect(json["complete"] == true && json["eventsRemoved"] == 0)
        #expect(await console.run("compact", "--throttle", "fast").exit == .usage)
    }

    @Test func `A dry run tells what compaction would remove, and statistics what it has`()
        async throws
    {
        _ = await console.run("truncate", "account-1", "--before", "3")
        let little = await console.run("compact", "--dry-run")
        #expect(
            little.output
                == "looked through 0 of 0 segments, 0 bytes; nothing was changed\nnothing would be "
                + "removed; `--all` takes what is still being written, too\n"
        )
        let before = try await store.head()
        let json = try parsed(
            await console.run("compact", "--all", "--dry-run", "--json").output)
        #expect(json["eventsRemoved"] == 3 && json["complete"] == true)
        let text = await console.run("compact", "--all", "--dry-run")
        #expect(
            text.output.contains("the data of 3 events would be removed from 1 segment, and about"))
        #expect(try await store.head() == before)
        #expect(try await store.statistics().stubs == 0)
        #expect(await console.run("compact", "--dry-run", "--compress").exit == .usage)
        let report = try await store.compact(takesAll: true)
        #expect(report.eventsRemoved == 3)
        var spared = report
        (spared.bytesSpare, spared.segmentsSpare) = (3 << 20, 2)
        let spare = "3.0 MiB behind the end of 2 segments, where nothing is written"
        #expect(CompactCommand.lines(spared).contains("gave back " + spare))
        #expect(CompactCommand.previewLines(spared).contains("would give back " + spare))
        var statistics = try await store.statistics()
        #expect(statistics.stubs == 3)
        // What was free in the segment is free in the one that was begun.
        #expect(statistics.bytesGivenBack < report.bytesBefore / 16)
        #expect(report.bytesAfter > report.bytesBefore)
        statistics.bytesGivenBack = 700
        let lines = StatsCommand.lines(statistics, 20, Style(isColoured: false))
        #expect(lines.contains("whole          4"))
        #expect(lines.contains("stubs          3 (their data were removed)"))
        #expect(lines.contains { $0.hasPrefix("given back") && $0.hasSuffix(" by compaction") })
    }

    @Test func `A store that was opened without compression is not compressed`() async {
        let result = await console.run("compact", "--compress")
        #expect(result.exit == .refused)
        #expect(result.errors.contains("the store was opened without compression"))
    }

    @Test(
        arguments: [
            ("90d", 7_776_000), ("12h", 43_200), ("30m", 1800), ("45s", 45), ("7", 7), ("d", nil),
            ("", nil), ("-1d", nil), ("99999999999999999d", nil),
        ] as [(String, UInt64?)])
    func `Times have units`(text: String, seconds: UInt64?) {
        #expect(Amount.seconds(text) == seconds)
    }

    @Test(
        arguments: [
            ("64M", 67_108_864), ("1K", 1024), ("2G", 2_147_483_648), ("5", 5), ("M", nil),
            ("1T", nil),
        ] as [(String, UInt64?)])
    func `Bytes have units`(text: String, bytes: UInt64?) {
        #expect(Amount.bytes(text) == bytes)
    }
}

/// A store that stays open when a command closes it.
private struct Reopened: FolderStore, ForwardingStore {
    let inner: EmbeddedStore
    init(_ store: EmbeddedStore) { inner = store }

    var openingNotes: [String] { [] }
    func close() async throws(StoreError) {}
    func statistics() async throws(StoreError) -> StoreStatistics { try await inner.statistics() }
    func submission() -> Submission { inner.submission() }
    func compact(
        bytesPerSecond: Int?, takesAll: Bool, compresses: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport {
        try await inner.compact(
            bytesPerSecond: bytesPerSecond, takesAll: takesAll, compresses: compresses,
            progress: progress)
    }
    func previewCompaction(
        bytesPerSecond: Int?, takesAll: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport {
        try await inner.previewCompaction(
            bytesPerSecond: bytesPerSecond, takesAll: takesAll, progress: progress)
    }
}
