import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Copies of a journal of which a compaction removed something, and copies made while it does.
@Suite struct CompactedCopyTests {
    private func segments(_ disk: SimulatedDisk) -> Set<String> {
        Set(disk.files().filter { $0.hasPrefix("segments/") })
    }

    private func verified(_ disk: SimulatedDisk) throws -> Verifier.Report {
        try Verifier.verify(World(disk, seed: 8).environment()) { _, _ in }
    }

    /// All segments that are sealed, as the manifest has them.
    private func sealed(_ scan: StoreScan) -> [Manifest.Segment] {
        (scan.manifest?.segments ?? []).filter { $0.sealed?.frames ?? 0 > 0 }
    }

    @Test func `The next backup copies what was written again, and drops what that replaced`()
        throws
    {
        let stage = try RetentionStage()
        let backup = SimulatedDisk()
        try stage.disk.backUp(to: backup)
        let before = segments(backup)
        let journal = try stage.world(2).open()
        let compacted = try journal.compactAll()
        journal.close()
        let report = try stage.disk.backUp(to: backup)
        let after = segments(backup)
        #expect(after.subtracting(before).count >= compacted.segmentsWritten)
        #expect(after.count == report.segments)
        let again = try stage.disk.backUp(to: backup)
        #expect(again.segmentsKept == again.segments)
        let scan = try StoreScan(stage.disk)
        let restored = try backup.restored()
        let copy = try StoreScan(restored)
        #expect(!scan.stubs.isEmpty && copy.stubs == scan.stubs)
        #expect(try verified(restored).stubs == UInt64(scan.stubs.count))
        #expect(try BackupReader(backup).verify().stubs == UInt64(scan.stubs.count))
        // What was looked through is known.
        let known = sealed(scan)
        #expect(known.contains { $0.compactedTo > 0 && $0.generation > 0 })
        for (found, expected) in zip(sealed(copy), known) {
            #expect(found.compactedTo == expected.compactedTo)
            #expect(found.generation == expected.generation)
        }
        try CopyAudit(original: scan).check(restored, appends: scan.appends.count)
    }

    @Test func `That a segment was looked through copies nothing`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<60 { try journal.append(String(repeating: "x", count: 300), to: "large-1") }
        let backup = SimulatedDisk()
        let first = try disk.backUp(to: backup)
        let sealed = sealed(try StoreScan(disk)).count
        #expect(try journal.compact().segmentsWritten == 0)
        #expect(try StoreScan(disk).manifest?.segments.contains { $0.compactedTo > 0 } == true)
        let second = try disk.backUp(to: backup)
        #expect(first.segmentsKept == 0 && second.segmentsKept >= sealed - 1)
    }

    @Test func `Beside a compaction a backup holds each segment once, as it was or as it became`()
        throws
    {
        let stage = try RetentionStage(events: 12)
        let vanishing = Vanishing(stage.scan.events)
        var sawOld = false
        var sawNew = false
        for call in 1...2000 {
            let source = stage.disk.copy()
            let journal = try stage.world(2, on: source).open()
            let watched = WatchedDisk(source, tellsOf: [.open, .read, .list])
            let calls = Mutex(0)
            watched.onCall { _ in
                let isHere = calls.withLock { count in
                    count += 1
                    return count == call
                }
                if isHere { #expect(throws: Never.self) { try journal.compactAll() } }
            }
            let backup = SimulatedDisk()
            var work = try Backup(of: World(watched, seed: 40).environment())
            _ = try work.write(to: backup)
            watched.onCall(nil)
            if calls.withLock({ $0 }) < call {
                #expect(sawOld && sawNew && call > 20)
                return
            }
            #expect(try BackupReader(backup).verify().findings == [])
            let copy = try StoreScan(try backup.restored())
            try vanishing.check(copy, "call \(call)")
            sawOld = sawOld || copy.stubs.isEmpty
            sawNew = sawNew || !copy.stubs.isEmpty
        }
        Issue.record("the backup has no end")
    }

    @Test func `What ends before a compaction point is looked through for the next one`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let point = try journal.compactAll().point
        journal.close()
        let backup = SimulatedDisk()
        try stage.disk.backUp(to: backup)
        let scan = try StoreScan(stage.disk)
        let third = try #require(sealed(scan).dropFirst(2).first?.sealed)
        let last = third.firstPosition + third.events - 1
        #expect(last < point.position)
        let restored = try backup.restored(upTo: .position(last))
        #expect(
            try StoreScan(restored).manifest?.segments.allSatisfy { $0.compactedTo == 0 } == true)
        let again = try stage.world(3, on: restored).open()
        try again.set(StreamMetadata(truncateBefore: 20), of: "kept-1")
        let report = try again.compactAll()
        #expect(report.point.position < point.position)
        #expect(report.eventsRemoved > 0 && report.segmentsRead > 0)
        let stubs = try StoreScan(restored).stubs
        #expect(
            scan.events.contains { $0.stream == "kept-1" && stubs.contains($0.position) })
    }

    @Test func `An exact copy has the stubs, byte for byte`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        try journal.compactAll()
        journal.close()
        let scan = try StoreScan(stage.disk)
        let expected = try stage.disk.exactAppends()
        #expect(
            Set(expected.flatMap { $0 }.filter { $0.removed != nil }.map(\.recorded.position))
                == scan.stubs)
        let disk = SimulatedDisk()
        let manifest = try #require(scan.manifest)
        var writer = try ExactWriter.begin(
            in: World(disk, seed: 9).environment(), journal: manifest.journal,
            createdAt: Timestamp(microseconds: manifest.createdAt), options: .small)
        for append in expected { try writer.add(append) }
        try writer.finish()
        #expect(try disk.exactAppends() == expected)
        #expect(try records(disk) == records(stage.disk))
        #expect(try verified(disk).findings == [])
        #expect(try StoreScan(disk).stubs == scan.stubs)
        // It goes on, and is compacted like the one it is a copy of.
        let copy = try stage.world(4, on: disk).open()
        #expect(try copy.readAll() == scan.events)
        #expect(try copy.compactAll().eventsRemoved == 0)
    }

    /// The records of all events, but for their checksums, which know the segment.
    private func records(_ disk: SimulatedDisk) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        try ExactReader(of: World(disk, seed: 8).environment()).forEachAppend { batch in
            for index in batch.indices {
                var record = batch.view(at: index).record.copied()
                for at in 0..<4 { record[EventRecord.checksumAt + at] = 0 }
                records.append(record)
            }
        }
        return records
    }

    @Test func `A generation that is damaged is mended from the one it is a copy of`() throws {
        let stage = try RetentionStage()
        let before = try stage.disk.contents()
        let journal = try stage.world(2).open()
        try journal.compactAll()
        journal.close()
        let scan = try StoreScan(stage.disk)
        let named = try #require(sealed(scan).first { $0.generation > 0 })
        let paths = JournalPaths(name: "main")
        let path = paths.segment(serial: named.serial, generation: named.generation)
        let old = paths.segment(serial: named.serial, generation: 0)
        for isMissing in [false, true] {
            let damaged = stage.disk.copy()
            // The power went before the old one was removed.
            let file = try OpenFile(damaged, old, .createNew)
            let bytes = try #require(before[old])
            try file.writeAll(bytes.rawSpan, at: 0)
            if isMissing {
                try damaged.lose(path)
            } else {
                try damaged.flipBit(path, SegmentHeader.byteCount + 200, 1)
            }
            let report = try damaged.repair(acceptsLoss: false)
            #expect(report.loss == nil && report.isRepaired && report.findings.count == 1)
            #expect(!damaged.files().contains(path) && !damaged.files().contains(old))
            try damaged.checkGenerations("mended")
            let after = try StoreScan(damaged)
            #expect(after.problems == [])
            try Vanishing(stage.scan.events).check(after, "mended")
            #expect(try verified(damaged).findings == [])
            let again = try stage.world(3, on: damaged).open()
            try again.compactAll()
            #expect(try StoreScan(damaged).stubs.isSuperset(of: scan.stubs))
        }
    }

    @Test func `Damage behind a compacted segment keeps its generation, and forgets later points`()
        throws
    {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let point = try journal.compactAll().point
        journal.close()
        let scan = try StoreScan(stage.disk)
        let segments = sealed(scan)
        let first = try #require(segments.firstIndex { $0.generation > 0 })
        let damaged = segments[first + 1]
        try stage.disk.flipBit(
            JournalPaths(name: "main").segment(
                serial: damaged.serial, generation: damaged.generation),
            SegmentHeader.byteCount + 100, 1)
        #expect(try stage.disk.repair(acceptsLoss: false).loss != nil)
        let report = try stage.disk.repair(acceptsLoss: true)
        #expect(report.isRepaired && report.lastPosition < point.position)
        let after = try StoreScan(stage.disk)
        #expect(after.manifest?.segments[first].generation == segments[first].generation)
        #expect(after.manifest?.segments.allSatisfy { $0.compactedTo == 0 } == true)
        #expect(after.stubs == scan.stubs.filter { $0 <= report.lastPosition })
        #expect(try verified(stage.disk).findings == [])
    }
}
