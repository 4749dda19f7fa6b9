import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookStore
import Testing

/// A store that was closed in order, whose newest manifest is gone or damaged.
@Suite struct LostManifestTests {
    @Test(arguments: [true, false])
    func `The manifest before it serves, though it names a segment given up since`(
        isRemoved: Bool
    ) async throws {
        let disk = MemoryDisk()
        for turn in 1...3 {
            let store = try await EmbeddedStore.open(on: disk)
            try await store.append([Event(type: "noted", data: "\(turn)")], to: "account-1")
            try await store.close()
        }
        let manifests = try disk.list("journals/main").filter { $0.hasPrefix("manifest-") }
        #expect(manifests.count == 2)
        let newest = "journals/main/\(manifests.max { ($0.count, $0) < ($1.count, $1) } ?? "")"
        if isRemoved {
            try disk.remove(newest)
        } else {
            let file = try disk.open(newest, .readWrite)
            try disk.writeAll(file, [UInt8](repeating: 0xA5, count: 8).rawSpan, at: 20)
            disk.close(file)
        }
        let reader = try await EmbeddedStore.open(on: disk, .readOnly)
        #expect(try await reader.events(Read()).map(\.text) == ["1", "2", "3"])
        try await reader.close()
        let store = try await EmbeddedStore.open(on: disk, .existing)
        #expect(try await store.events(Read()).map(\.text) == ["1", "2", "3"])
        try await store.append([Event(type: "noted", data: "4")], to: "account-1")
        try await store.close()
        #expect(try await EmbeddedStore.verify(on: disk).findings == [])
    }
}

/// A reader beside writers that come and go.
@Suite struct PassingWriterTests {
    @Test(.timeLimit(.minutes(15)))
    func `What each of them left is seen, also of the last`() async throws {
        let disk = MemoryDisk()
        let first = try await EmbeddedStore.open(on: disk)
        try await first.append([Event(type: "noted", data: "0")], to: "account-1")
        try await first.close()
        let reader = try await EmbeddedStore.open(on: disk, .readOnly)
        let subscription = try await reader.subscribe(Subscription())
        for turn in 1...20 {
            let store = try await EmbeddedStore.open(on: disk)
            try await store.append([Event(type: "noted", data: "\(turn)")], to: "account-1")
            try await store.close()
        }
        var seen: [String] = []
        while seen.count < 21, let signal = try await subscription.next() {
            if case .events(let batch) = signal { seen += batch.events.map(\.text) }
        }
        #expect(seen == (0...20).map(String.init))
        try await reader.close()
    }
}
