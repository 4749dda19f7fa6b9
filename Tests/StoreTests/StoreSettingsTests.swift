import Daybook
import DaybookJournal
import DaybookPlatform
import Foundation
import Testing

@testable import DaybookStore

/// Stores in folders that are opened with settings.
@Suite(.timeLimit(.minutes(15))) struct StoreSettingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Segments of 64 KiB, and a part of the index for each.
    private static let small: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.segmentBytesMax = 64 << 10
        options.indexRunEventsMin = 1
        return options
    }()

    private func open(
        at path: String, _ mode: EmbeddedStore.Mode, _ options: JournalOptions
    ) async throws -> EmbeddedStore {
        try await EmbeddedStore.open(
            at: path, mode, journal: JournalName.main, options: options, compression: nil,
            progress: nil)
    }

    @Test func `A store keeps to the settings that it is opened with`() async throws {
        let path = folder.fresh()
        let store = try await open(at: path, .createIfMissing, Self.small)
        for _ in 0..<20 {
            let event = Event(type: "noted", data: [UInt8](repeating: 7, count: 10_000))
            try await store.append([event], to: "account-1")
        }
        #expect(store.condition().segments >= 3)
        try await store.close()
    }

    @Test func `A reader without an index in the store lays its own elsewhere`() async throws {
        let path = folder.fresh()
        let store = try await open(at: path, .createIfMissing, Self.small)
        for number in 0..<40 {
            let event = Event(
                type: "noted", data: [UInt8](repeating: 7, count: 10_000), tags: ["n:\(number)"])
            try await store.append([event], to: "account-\(number % 3)")
        }
        try await store.close()
        let index = path + "/journals/main/index"
        if FileManager.default.fileExists(atPath: index) {
            try FileManager.default.removeItem(atPath: index)
        }
        var options = Self.small
        options.indexLagBytesMax = 1
        let reader = try await open(at: path, .readOnly, options)
        #expect(reader.journal.view.index.runBytes > 0)
        #expect(try await reader.events(Read(.stream("account-1"))).count == 13)
        let tagged = try await reader.events(Read(.query(.tags(["n:7"]))))
        #expect(tagged.map(\.position) == [8])
        try await reader.close()
        #expect(!FileManager.default.fileExists(atPath: index), "a reader writes to the store")
    }
}
