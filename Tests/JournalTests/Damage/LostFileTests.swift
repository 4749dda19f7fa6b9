import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Files that are gone, or in each other's place.
@Suite(.tags(.crash, .format)) struct LostFileTests {
    @Test(arguments: SmallStore.Ending.allCases)
    func `A missing segment is named, and nothing is opened without it`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let segments = store.files.filter { $0.hasPrefix("segments/") }
        #expect(segments.count == 2)
        for path in segments {
            let damaged = store.disk.copy()
            try damaged.lose(path)
            let error = try #require(try store.check(damaged, "\(path) lost"))
            #expect(error.code == .corrupt)
            #expect(error.place?.contains(path) == true)
        }
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `Without its newest manifest a store opens from the one before and the segments`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let newest = try #require(store.scan.manifest?.generation)
        let damaged = store.disk.copy()
        try damaged.lose("journals/main/manifest-\(newest)")
        #expect(try store.check(damaged, "the newest manifest lost") == nil)
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `Without any manifest a store is made again from its segments`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let damaged = store.disk.copy()
        for path in store.files where path.contains("manifest-") { try damaged.lose(path) }
        #expect(try store.check(damaged.copy(), "all manifests lost") == nil)
        let journal = try World(damaged, options: .small).open(createIfMissing: false)
        #expect(journal.id == store.scan.manifest?.journal)
        #expect(journal.epoch == store.scan.manifest?.epoch)
        #expect(journal.notes.contains { $0.contains("manifest was lost") })
    }

    @Test func `Without manifests and without the first segment nothing is opened`() throws {
        let store = try SmallStore(.closed)
        let damaged = store.disk.copy()
        for path in store.files where path.contains("manifest-") { try damaged.lose(path) }
        try damaged.lose(store.files.first { $0.hasPrefix("segments/") }!)
        #expect(throws: StoreError.self) { try World(damaged, options: .small).open() }
    }

    @Test func `Two segments in each other's place are told apart`() throws {
        let store = try SmallStore(.closed)
        let segments = store.files.filter { $0.hasPrefix("segments/") }
        let damaged = store.disk.copy()
        try damaged.replace(segments[0], with: try store.disk.bytes(segments[1]))
        try damaged.replace(segments[1], with: try store.disk.bytes(segments[0]))
        #expect(try store.check(damaged, "swapped")?.code == .corrupt)
    }

    @Test func `The segment of another journal is refused`() throws {
        let store = try SmallStore(.closed)
        let other = SimulatedDisk()
        let journal = try World(other, seed: 99, options: .small).open()
        try journal.append("x", to: "account-1")
        journal.close()
        let path = store.files.first { $0.hasPrefix("segments/") }!
        let damaged = store.disk.copy()
        try damaged.replace(path, with: try other.bytes(path))
        #expect(try store.check(damaged, "foreign")?.code == .corrupt)
    }

    @Test func `An empty folder is no store, and an opening that must find one makes none`() throws
    {
        let disk = SimulatedDisk()
        let error = #expect(throws: StoreError.self) {
            try World(disk).open(createIfMissing: false)
        }
        #expect(error?.code == .notFound)
        #expect(disk.files().isEmpty)
        #expect(throws: StoreError.self) { try World(disk).openReadOnly() }
    }
}
