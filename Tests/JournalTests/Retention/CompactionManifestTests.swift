import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// The newest manifest is lost right behind a compaction, of segments that were full only just before.
@Suite(.tags(.crash)) struct CompactionManifestTests {
    /// A journal that is compacted to the end and not closed.
    private struct Compacted {
        var disk: SimulatedDisk
        var journal: Journal
        /// All that was in it before, and after.
        var before: StoreScan
        var after: StoreScan
    }

    private static func compacted(
        appending count: Int, seals: Bool, compressing: Bool = false
    ) throws -> Compacted {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<count {
            try journal.append(
                String(repeating: "x", count: 300), to: number % 4 == 3 ? "kept-1" : "gone-1")
        }
        try journal.delete("gone-1", .soft)
        let before = try StoreScan(disk)
        let report = try journal.compact(
            Compaction.Options(takesAll: seals, compresses: compressing))
        try require(report.isComplete && report.eventsRemoved > 0, "nothing was removed")
        return Compacted(
            disk: disk, journal: journal, before: before, after: try StoreScan(disk))
    }

    private static func newestManifest(_ disk: SimulatedDisk) throws -> String {
        let names = disk.files().filter { $0.contains("/manifest-") }
        return try #require(names.max { ($0.count, $0) < ($1.count, $1) })
    }

    /// What lies on the disk when the power goes, without its newest manifest, in some ways.
    private static func images(of disk: SimulatedDisk) throws -> [(SimulatedDisk, String)] {
        var images: [(SimulatedDisk, String)] = []
        for image in CrashSweepTests.Image.all(of: disk, seeds: 1..<3) {
            for removes in [true, false] {
                let copy = image.disk.copy()
                let newest = try newestManifest(copy)
                if removes { try copy.lose(newest) } else { try copy.flipBit(newest, 70, 1) }
                images.append((copy, "\(image.name), \(removes ? "lost" : "damaged")"))
            }
        }
        return images
    }

    /// Each event is there as it was before, or as its stub: where the manifest is lost, so may be the removal of what was
    /// copied.
    private static func check(
        _ found: [RecordedEvent], _ stage: Compacted, isAll: Bool, _ what: String
    ) throws {
        let count = stage.after.events.count
        try require(found.count == count || !isAll && found.count < count, "\(what): how many")
        for (place, event) in found.enumerated() {
            let isWhole = place < stage.before.events.count && event == stage.before.events[place]
            try require(
                isWhole || event == stage.after.events[place], "\(what): \(event.position)")
        }
    }

    private static func check(
        _ image: SimulatedDisk, _ stage: Compacted, _ what: String
    ) throws {
        let reader = try World(image.copy(), seed: 5, options: .small).openReadOnly()
        // What was acknowledged last is shown to readers once a writer was there.
        try check(try reader.readAll(), stage, isAll: false, "\(what), for reading")
        let sealed = stage.after.manifest?.segments.compactMap(\.sealed).last
        try require(
            reader.view.damage == nil
                && reader.view.watermark.position >= (sealed?.next.position ?? 1) - 1,
            "\(what): readers miss something")
        let survey = try JournalSurvey.take(image, JournalPaths(name: JournalName.main))
        try require(!survey.loses, "\(what): repair would give up \(survey.remnants)")
        let journal = try World(image, seed: 6, options: .small).open()
        try check(try journal.readAll(), stage, isAll: true, what)
        try journal.append("on", to: "kept-1")
        // What came back goes again.
        let report = try journal.compactAll()
        try require(report.isComplete, "\(what): it is not compacted again")
        journal.close()
        let after = try StoreScan(image)
        try require(after.problems.isEmpty, "\(what): \(after.problems)")
        try require(
            stage.after.stubs.isSubset(of: after.stubs), "\(what): what was removed is back")
        let findings = try Verifier.verify(World(image).environment()) { _, _ in }.findings
        try require(findings.isEmpty, "\(what): \(findings)")
    }

    @Test(arguments: [false, true], [false, true])
    func `What was copied is found by the manifest before it`(
        seals: Bool, compressing: Bool
    ) throws {
        // So few that none was sealed before, and so many that some were.
        for count in [12, 60, 75] where seals || count > 30 {
            let stage = try Self.compacted(
                appending: count, seals: seals, compressing: compressing)
            for (image, name) in try Self.images(of: stage.disk) {
                try Self.check(image, stage, "\(count) events, \(name)")
            }
        }
    }

    @Test(arguments: [12, 60])
    func `The manifest before the one that names a copy says that the segment is sealed`(
        count: Int
    ) throws {
        let disk = try Self.compacted(appending: count, seals: true).disk
        try disk.lose(try Self.newestManifest(disk))
        let before = try #require(try StoreScan.manifest(of: disk))
        for path in disk.files() {
            let name = String(path.split(separator: "/").last ?? "")
            guard let (serial, generation) = JournalPaths.segment(name), generation > 0 else {
                continue
            }
            let named = try #require(before.segments.first { $0.serial == serial })
            #expect(named.sealed != nil, "\(path)")
        }
    }

    @Test func `A copy stands for a segment that no manifest says is sealed`() throws {
        // As earlier versions left it: the manifest names as being written what was sealed, copied and removed.
        let stage = try Self.compacted(appending: 60, seals: true)
        let disk = stage.disk
        stage.journal.close()
        var manifest = try #require(StoreScan(disk).manifest)
        for place in manifest.segments.indices where manifest.segments[place].generation > 0 {
            let isLast = manifest.segments[(place + 1)...].allSatisfy { $0.generation == 0 }
            if !isLast { continue }
            manifest.segments[place].generation = 0
            manifest.segments[place].sealed = nil
            manifest.segments[place].isCompressed = false
            manifest.segments[place].compactedTo = 0
            for later in manifest.segments.indices where later > place {
                manifest.segments[later].sealed = nil
            }
        }
        for path in disk.files() where path.contains("/manifest-") { try disk.lose(path) }
        let path = JournalPaths(name: JournalName.main).manifest(manifest.generation)
        try disk.replace(path, with: manifest.encoded().bytes.copied())
        try Self.check(disk, stage, "named as being written")
    }
}

extension StoreScan {
    /// The newest manifest there is.
    fileprivate static func manifest(of disk: SimulatedDisk) throws -> Manifest? {
        let paths = JournalPaths(name: JournalName.main)
        return try ManifestFiles(disk: disk, paths: paths).load().manifest
    }
}
