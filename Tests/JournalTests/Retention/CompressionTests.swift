import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What a compaction compresses, and that nobody but the disk sees it.
@Suite struct CompressionTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `Compressed segments hold what they held, in less room`(seed: UInt64) throws {
        let stage = try RetentionStage(seed: seed)
        let plain = stage.disk.copy()
        let journal = try stage.world(2).open()
        let report = try journal.compactAll(compressing: true)
        let other = try stage.world(2, on: plain).open()
        let otherReport = try other.compactAll()
        #expect(report.segmentsCompressed > 2 && report.isComplete)
        #expect(report.bytesAfter < report.bytesBefore)
        let after = try StoreScan(stage.disk)
        let vanished = try Vanishing(stage.scan.events).check(after, "seed \(seed)")
        #expect(report.eventsRemoved == UInt64(vanished))
        #expect(report.eventsRemoved >= otherReport.eventsRemoved)
        let compressed = after.manifest!.segments.count { $0.isCompressed }
        #expect(compressed == report.segmentsCompressed)
        try stage.disk.checkGenerations("seed \(seed)")
        #expect(try journal.readAll() == after.events)
        for event in after.events {
            let found = try journal.view.batch(at: [event.position], .mayBlock)
            #expect(found.events == [event])
        }
        let positions = after.events.map(\.position)
        for from in [0, positions.count / 3, positions.count / 2] {
            let asked = Array(positions[from...].prefix(40).reversed())
            var found: [RecordedEvent] = []
            while found.count < asked.count {
                let batch = try journal.view.batch(at: Array(asked[found.count...]), .mayBlock)
                #expect(batch.count > 0)
                found += batch.events
            }
            #expect(found.map(\.position) == asked)
            #expect(found == asked.map { after.events[Int($0) - 1] })
        }
        try IndexAudit(after, journal.view.index).check("compressed")
        journal.close()
        let verified = try Verifier.verify(
            stage.world(3).environment(), progress: { _, _ in })
        #expect(verified.findings == [] && verified.compressed == compressed)
        #expect(verified.stubs == UInt64(vanished))
    }

    @Test func `What was compressed is compacted again, and stays compressed`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let first = try journal.compactAll(compressing: true)
        let compressed = try StoreScan(stage.disk).manifest!.segments.filter(\.isCompressed)
        let again = try journal.compactAll(compressing: true)
        #expect(first.segmentsCompressed == compressed.count && again.segmentsWritten == 0)
        try journal.set(StreamMetadata(maxCount: 1), of: "kept-1")
        let later = try journal.compactAll()
        #expect(later.segmentsWritten > 2 && later.eventsRemoved > 4)
        #expect(later.segmentsCompressed == 0, "none that was plain")
        let after = try StoreScan(stage.disk)
        #expect(after.problems == [])
        for segment in compressed {
            let now = after.manifest!.segments.first { $0.serial == segment.serial }
            #expect(now?.isCompressed == true)
        }
        #expect(try journal.readAll() == after.events)
        try IndexAudit(after, journal.view.index).check("again")
    }

    @Test func `Segments looked through without it are compressed when it is asked for`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        var read = 0
        let ended = try journal.compact(
            Compaction.Options(), isCancelled: { read == 2 }, progress: { read = $0.segmentsRead })
        #expect(!ended.isComplete)
        let report = try journal.compactAll(compressing: true)
        #expect(!report.isResumed && report.segmentsRead >= ended.segmentsTotal)
        let manifest = try #require(try StoreScan(stage.disk).manifest)
        let plain = manifest.segments.filter { $0.sealed?.events ?? 0 > 0 && !$0.isCompressed }
        #expect(plain.allSatisfy { $0.sealed!.firstPosition > report.point.position })
    }

    @Test func `What does not get shorter stays plain`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        let chance = SeededRandomness(seed: 4)
        for _ in 0..<60 {
            let data = (0..<300).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            try journal.append(Append([Event(type: "noise", data: data)], to: "s-1"))
        }
        let report = try journal.compactAll(compressing: true)
        #expect(report.segmentsRead > 0 && report.segmentsWritten == 0 && report.isComplete)
        #expect(try StoreScan(disk).manifest?.segments.contains { $0.isCompressed } == false)
    }

    @Test func `Without a codec nothing compressed is opened, and nothing changed`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        try journal.compactAll(compressing: true)
        journal.close()
        var world = stage.world(3)
        world.codec = nil
        let before = try stage.disk.contents()
        for attempt in [
            { _ = try world.open() }, { _ = try world.openReadOnly() },
            { _ = try Verifier.verify(world.environment(), progress: { _, _ in }) },
        ] {
            let error = #expect(throws: StoreError.self) { try attempt() }
            #expect(error?.code == .needsCompression)
            #expect(error?.place?.contains("/segments/") == true)
            #expect(error?.remedy.contains("DaybookCompression") == true)
        }
        #expect(try stage.disk.contents() == before)
        #expect(try stage.world(4).open().readAll() == StoreScan(stage.disk).events)
    }

    @Test func `Without a codec none is compressed, and the plain is`() throws {
        let stage = try RetentionStage()
        var world = stage.world(2)
        world.codec = nil
        let journal = try world.open()
        let error = #expect(throws: StoreError.self) { try journal.compactAll(compressing: true) }
        #expect(error?.code == .invalid)
        #expect(try journal.compactAll().eventsRemoved > 0)
    }

    @Test func `Readers beside it read on, and a later one reads what is compressed`() throws {
        let stage = try RetentionStage()
        let early = try stage.world(3).openReadOnly()
        let journal = try stage.world(2).open()
        try journal.compactAll(compressing: true)
        early.refresh()
        #expect(try early.readAll() == StoreScan(stage.disk).events)
        let late = try stage.world(4).openReadOnly()
        try RetentionStage.fill(journal, stage.time, SeededRandomness(seed: 9), events: 12)
        try journal.compactAll(compressing: true)
        for reader in [early, late] {
            reader.refresh()
            #expect(reader.view.damage == nil)
            #expect(reader.view.watermark.position == journal.view.watermark.position)
        }
        let last = try stage.world(5).openReadOnly()
        #expect(try last.readAll() == StoreScan(stage.disk).events)
    }

    @Test func `Of many compressed segments only some are kept ready`() throws {
        let stage = try RetentionStage(events: 60)
        var world = stage.world(2)
        world.options.decodersMax = 2
        let journal = try world.open()
        let report = try journal.compactAll(compressing: true)
        #expect(report.segmentsCompressed > 4)
        let events = try StoreScan(stage.disk).events
        for _ in 0..<2 { #expect(try journal.readAll() == events) }
        #expect(journal.view.decoders.count == 2)
    }

    @Test func `A batch is bounded by what is read from it, not by what was stored`() throws {
        let disk = SimulatedDisk()
        let world = World(disk, options: .small)
        let journal = try world.open()
        for number in 0..<40 {
            let data = [UInt8](repeating: UInt8(number), count: 1000)
            try journal.append(Append([Event(type: "long", data: data)], to: "s-1"))
        }
        #expect(try journal.compactAll(compressing: true).segmentsCompressed > 1)
        let last = journal.view.watermark.position
        let bytesMax = world.options.readBatchBytes
        for batch in [
            try journal.view.batch(from: 1, upTo: last, .mayBlock),
            try journal.view.batch(at: [1, 2, 3, 4, 5, 6, 7, 8], .mayBlock),
        ] {
            #expect(batch.count > 1 && batch.block.count <= bytesMax)
            #expect(batch.events == Array(try journal.readAll().prefix(batch.count)))
        }
    }

    @Test func `An index made again from compressed segments is the index there was`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        while journal.stepIndex() {}
        try journal.compactAll(compressing: true)
        journal.close()
        let scan = try StoreScan(stage.disk)
        let derived = stage.disk.files().filter {
            $0.contains("/index/") || $0.hasSuffix(".offsets") || $0.hasSuffix(".ids")
        }
        #expect(derived.count > 4)
        for removesDerived in [false, true] {
            let image = stage.disk.copy()
            if removesDerived { for path in derived { try image.remove(path) } }
            let again = try stage.world(3, on: image).open()
            try IndexAudit(scan, again.view.index).check("derived removed: \(removesDerived)")
            #expect(try again.readAll() == scan.events)
            again.close()
        }
    }

    @Test(arguments: [true, false])
    func `A lost manifest does not lose what was compressed`(isOnlyOne: Bool) throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        try journal.compactAll(compressing: true)
        journal.close()
        let scan = try StoreScan(stage.disk)
        let manifests = stage.disk.files().filter { $0.contains("/manifest-") }.sorted {
            ($0.count, $0) < ($1.count, $1)
        }
        for path in isOnlyOne ? manifests.suffix(1) : manifests[...] {
            try stage.disk.flipBit(path, 70, 1)
        }
        let again = try stage.world(3).open()
        #expect(try again.readAll() == scan.events)
        try again.append("on", to: "later-1")
        again.close()
        let after = try StoreScan(stage.disk)
        #expect(after.problems == [] && after.events.dropLast() == scan.events[...])
        #expect(
            after.manifest!.segments.count { $0.isCompressed }
                == scan.manifest!.segments.count { $0.isCompressed })
        try stage.disk.checkGenerations("manifest lost")
    }
}
