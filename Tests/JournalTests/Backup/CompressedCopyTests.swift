import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A store with compressed segments is copied, cut and repaired with the dictionaries they are compressed with.
@Suite struct CompressedCopyTests {
    private let disk: SimulatedDisk
    private let scan: StoreScan
    /// The compressed segments.
    private let compressed: [Manifest.Segment]

    init() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        #expect(try journal.compactAll(compressing: true).segmentsCompressed > 2)
        journal.close()
        disk = stage.disk.afterProcessKill()
        scan = try StoreScan(disk)
        compressed = try #require(scan.manifest).segments.filter(\.isCompressed)
    }

    @Test func `A backup of it is restored whole, from a folder and from an archive`() throws {
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        try CopyAudit(original: scan).check(
            target.restored(), appends: scan.appends.count, "folder")
        let archive = SimulatedDisk()
        try disk.backUp(to: archive, file: "all.tar")
        try CopyAudit(original: scan).check(
            archive.restored(file: "all.tar"), appends: scan.appends.count, "archive")
        for report in [
            try BackupReader(target).verify(), try BackupReader(archive, file: "all.tar").verify(),
        ] {
            #expect(report.compressed == compressed.count)
            #expect(report.stubs == UInt64(scan.stubs.count))
        }
        let again = try disk.backUp(to: target)
        #expect(again.segmentsKept >= compressed.count)
    }

    @Test func `It is cut inside of compressed segments`() throws {
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        let ends = scan.appends.enumerated().compactMap { number, append in
            append.events.last.map { (position: $0.position, count: number + 1) }
        }
        for segment in compressed {
            let extent = try #require(segment.sealed)
            let inside = ends.filter {
                $0.position > extent.firstPosition
                    && $0.position < extent.firstPosition + extent.events - 1
            }
            let end = try #require(inside.randomElement())
            try CopyAudit(original: scan).check(
                target.restored(upTo: .position(end.position)), appends: end.count,
                "up to \(end.position)")
        }
    }

    @Test func `A damaged dictionary is found in the backup, and nothing is restored`() throws {
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        let path = BackupDescriptor.path(of: compressed[1])
        try target.flipBit(path, try target.bytes(path).count - 2, 5)
        let report = try BackupReader(target).verify()
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.place.contains(path) == true)
        let error = #expect(throws: StoreError.self) { try target.restored() }
        #expect(error?.code == .corrupt && error?.place?.contains(path) == true)
    }

    @Test func `Without a manifest the segments say that they are compressed`() throws {
        for name in try disk.list("journals/main") where name.hasPrefix("manifest-") {
            try disk.remove("journals/main/\(name)")
        }
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        try CopyAudit(original: scan).check(target.restored(), appends: scan.appends.count)
    }

    @Test func `Exact copies hold its events as they are`() throws {
        var events: [RecordedEvent] = []
        try ExactReader(of: World(disk, seed: 8).environment()).forEachAppend { batch in
            events += batch.indices.map { RecordedEvent(batch.view(at: $0)) }
        }
        #expect(events == scan.events)
    }

    @Test func `Without its dictionary a segment and what follows are lost, and named`() throws {
        let segment = compressed[1]
        let path = JournalPaths(name: "main").segment(
            serial: segment.serial, generation: segment.generation)
        try disk.flipBit(path, try disk.bytes(path).count - 2, 5)
        let told = try disk.repair(acceptsLoss: false)
        let extent = try #require(segment.sealed)
        #expect(told.loss?.firstPosition == extent.firstPosition && !told.isRepaired)
        #expect(try disk.repair(acceptsLoss: true).isRepaired)
        let kept = scan.events.filter { $0.position < extent.firstPosition }
        let journal = try World(disk, seed: 12).open(createIfMissing: false)
        #expect(try journal.readAll() == kept)
        journal.close()
        #expect(try Verifier.verify(World(disk).environment()) { _, _ in }.findings == [])
    }
}
