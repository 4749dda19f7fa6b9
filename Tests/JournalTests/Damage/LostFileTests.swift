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
        let segments = store.files.filter { $0.contains("/segments/") }
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
        try damaged.lose(store.files.first { $0.contains("/segments/") }!)
        #expect(throws: StoreError.self) { try World(damaged, options: .small).open() }
    }

    @Test func `A store of which only an empty segment is left is not taken for a new one`() throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        journal.askAhead()
        while journal.stepPreparing() {}
        try disk.lose("journals/main/segments/0000000001.0")
        let image = disk.copy()
        for path in image.files() where path.contains("manifest-") { try image.lose(path) }
        try Self.checkIsLost(image)
        // Nor one of which nothing is left but that.
        try image.lose("journals/main/segments/0000000002.0")
        try Self.checkIsLost(image)
        // A store that was begun and never used has nothing to lose.
        let blank = SimulatedDisk()
        try World(blank).open().close()
        for path in blank.files() where path.contains("manifest-") { try blank.lose(path) }
        #expect(try World(blank.copy(), seed: 2).open().readAll().isEmpty)
    }

    private static func checkIsLost(_ image: SimulatedDisk) throws {
        let before = try image.contents()
        for opens in [World(image, seed: 2).openReadOnly, { try World(image, seed: 2).open() }] {
            let error = #expect(throws: StoreError.self) { try opens() }
            #expect(error?.code == .corrupt)
            #expect(error?.why.contains("watermark") == true)
        }
        #expect(try image.contents() == before)
    }

    @Test func `Offsets without segments tell of a loss as well`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<4 { try journal.append(String(repeating: "1", count: 6000), to: "account-1") }
        while journal.stepPreparing() {}
        let image = disk.copy()
        for path in image.files() where !path.hasSuffix(".offsets") { try image.lose(path) }
        #expect(!image.files().isEmpty)
        let error = #expect(throws: StoreError.self) { try World(image, seed: 2).open() }
        #expect(error?.code == .corrupt)
    }

    @Test func `Copies that never got a header are removed, but where a manifest is lost`() throws {
        let store = try SmallStore(.closed)
        let left = "journals/main/segments/0000000009.0"
        let bytes = try store.disk.bytes("journals/main/segments/0000000001.0")
        func opened(_ header: Int, losesManifest: Bool) throws -> SimulatedDisk {
            let disk = store.disk.copy()
            try disk.replace(left, with: [UInt8](repeating: 0, count: header) + bytes[header...])
            let newest = try #require(store.scan.manifest?.generation)
            if losesManifest { try disk.lose("journals/main/manifest-\(newest)") }
            let journal = try World(disk, seed: 3, options: .small).open()
            #expect(try journal.readAll() == store.scan.events)
            journal.close()
            return disk
        }
        #expect(try !opened(4096, losesManifest: false).files().contains(left))
        #expect(try opened(4096, losesManifest: true).files().contains(left))
        // A header that is damaged may be that of a segment.
        #expect(try opened(64, losesManifest: false).files().contains(left))
    }

    @Test func `Acknowledged events that are nowhere are told, when opened and when verified`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<3 { try journal.append("\(number)", to: "account-1") }
        let image = disk.copy()
        // The sector of the last append, which no later one says to be durable.
        let end = try #require(StoreScan(image).ends["journals/main/segments/0000000001.0"])
        try image.edit("journals/main/segments/0000000001.0") { bytes in
            for offset in end - 40..<end { bytes[offset] = 0 }
        }
        let environment = World(image, seed: 2).environment()
        let report = try Verifier.verify(environment) { _, _ in }
        #expect(report.findings.contains { $0.what.contains("is lost") && $0.position == 3 })
        let again = try World(image, seed: 2).open()
        #expect(try again.readAll().count == 2)
        #expect(again.notes.contains { $0.contains("is lost") })
        #expect(!again.notes.contains { $0.contains("never acknowledged") })
    }

    @Test func `Two segments in each other's place are told apart`() throws {
        let store = try SmallStore(.closed)
        let segments = store.files.filter { $0.contains("/segments/") }
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
        let path = store.files.first { $0.contains("/segments/") }!
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
