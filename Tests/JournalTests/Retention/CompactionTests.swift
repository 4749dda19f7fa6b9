import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What a compaction removes, and what it leaves as it was.
@Suite struct CompactionTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `All that may vanish does, and nothing else`(seed: UInt64) throws {
        let stage = try RetentionStage(seed: seed)
        let journal = try stage.world(2).open()
        let before = try stage.disk.segmentBytes()
        let report = try journal.compactAll()
        let after = try StoreScan(stage.disk)
        let vanishing = Vanishing(stage.scan.events)
        let count = try vanishing.check(after, "seed \(seed)")
        #expect(report.isComplete && !report.isResumed && report.segmentsWritten > 2)
        #expect(report.eventsRemoved == UInt64(count))
        #expect(report.bytesAfter < report.bytesBefore)
        #expect(
            try before - stage.disk.segmentBytes() == report.bytesBefore - report.bytesAfter)
        // What lies in sealed segments vanished, all of it.
        let point = try #require(after.points.last)
        let sealed = after.manifest!.segments.compactMap(\.sealed).filter {
            $0.firstPosition + $0.events - 1 <= point.position
        }
        let end = sealed.map { $0.firstPosition + $0.events }.max() ?? 0
        for event in stage.scan.events where event.position < end {
            #expect(after.stubs.contains(event.position) == vanishing.mayVanish(event, at: point))
        }
        for name in RetentionStage.streams.dropFirst() {
            #expect(
                stage.scan.events.contains {
                    $0.stream == name && after.stubs.contains($0.position)
                })
        }
        try stage.disk.checkGenerations("seed \(seed)")
        try IndexAudit(after, journal.view.index).check("compacted")
        #expect(try journal.readAll() == after.events)
        journal.close()
        #expect(
            try Verifier.verify(World(stage.disk).environment(), progress: { _, _ in }).findings
                == [])
    }

    @Test func `The same again removes nothing more, and metadata set since something`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let first = try journal.compactAll()
        #expect(first.eventsRemoved > 0)
        let again = try journal.compactAll()
        #expect(again.eventsRemoved == 0 && again.segmentsWritten == 0 && again.isComplete)
        try journal.set(StreamMetadata(truncateBefore: 20), of: "kept-1")
        let third = try journal.compactAll()
        #expect(third.eventsRemoved > 0 && third.point.position > first.point.position)
        try Vanishing(
            try StoreScan(stage.disk).events.filter { $0.stream != StreamName.journal }.map {
                event in
                stage.scan.events.first { $0.position == event.position } ?? event
            }
        ).check(try StoreScan(stage.disk), "the third")
    }

    @Test func `A stream keeps its events where one of another spelling is deleted`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        let (stays, goes) = ("caf\u{E9}-1", "cafe\u{301}-1")
        for number in 0..<40 {
            try journal.append(
                String(repeating: "x", count: 300), to: number % 2 == 0 ? stays : goes)
        }
        try journal.delete(goes, .soft)
        #expect(try journal.compactAll().eventsRemoved == 20)
        #expect(try StoreScan(disk).stubs == Set((1...20).map { $0 * 2 }))
    }

    @Test func `Segments of which little would go are left, unless asked for`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<60 {
            try journal.append(
                String(repeating: "x", count: 300), to: number == 3 ? "small-1" : "large-1")
        }
        try journal.delete("small-1", .soft)
        let left = try journal.compact()
        #expect(left.segmentsWritten == 0 && left.segmentsLeft == 1 && left.eventsLeft == 1)
        #expect(left.isComplete)
        #expect(try StoreScan(disk).stubs.isEmpty)
        let all = try journal.compactAll()
        #expect(all.segmentsWritten == 1 && all.eventsRemoved == 1)
        #expect(try StoreScan(disk).stubs == [4])
    }

    @Test func `A segment that is sealed for it is followed by none that is larger`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .tiny).open()
        for _ in 0..<20 {
            try journal.append(String(repeating: "x", count: 300), to: "gone-1")
        }
        try journal.delete("gone-1", .soft)
        // The next one is ready, and twice as large.
        journal.askAhead()
        while journal.stepPreparing() {}
        let sealed = try #require(StoreScan(disk).manifest?.segments.first)
        #expect(try journal.compactAll().segmentsWritten == 1)
        journal.close()
        let segments = try #require(StoreScan(disk).manifest?.segments)
        #expect(segments.count == 2 && segments[0].serial == sealed.serial)
        let path = JournalPaths(name: "main").segment(serial: segments[1].serial, generation: 0)
        #expect(try disk.bytes(path).count == JournalOptions.tiny.segmentBytesFirst)
        #expect(try Verifier.verify(World(disk).environment()) { _, _ in }.findings == [])
    }

    @Test func `One that stops because nothing can be written any more says so`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let fails = { (report: Compaction.Report) in
            if report.segmentsWritten != 2 || journal.failure != nil { return }
            stage.disk.plan = .fail(at: 1, with: .EIO, only: [.sync], path: "segments/")
            _ = try? journal.submit(Append([Event(type: "noted")], to: "account-1"))
            journal.step()
        }
        let error = #expect(throws: StoreError.self) {
            try journal.compact(Compaction.Options(takesAll: true), progress: fails)
        }
        #expect(error?.code == .poisoned)
        #expect(error?.what == "The compaction was given up")
    }

    @Test func `One that was ended goes on where it was`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        var written = 0
        let options = Compaction.Options(takesAll: true)
        let ended = try journal.compact(
            options, isCancelled: { written == 2 }, progress: { written = $0.segmentsWritten })
        #expect(!ended.isComplete && ended.segmentsWritten == 2)
        try stage.disk.checkGenerations("ended")
        journal.close()
        let again = try stage.world(3).open()
        let rest = try again.compactAll()
        #expect(rest.isResumed && rest.isComplete && rest.point == ended.point)
        #expect(rest.segmentsTotal == ended.segmentsTotal - ended.segmentsRead)
        #expect(rest.segmentsWritten > 0)
        let scan = try StoreScan(stage.disk)
        #expect(scan.points.count == 1)
        try Vanishing(stage.scan.events).check(scan, "resumed")
    }

    @Test func `A damaged segment stays, all others are compacted, and the damage is told`() throws
    {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let segments = stage.scan.manifest!.segments
        let paths = JournalPaths(name: "main")
        let path = paths.segment(serial: segments[1].serial, generation: 0)
        try stage.disk.flipBit(path, 6000, 3)
        func compact() throws -> (error: StoreError?, written: Int) {
            var written = 0
            let error = #expect(throws: StoreError.self) {
                try journal.compact(
                    Compaction.Options(takesAll: true), progress: { written = $0.segmentsWritten })
            }
            #expect(error?.code == .corrupt && error?.position != nil)
            #expect(error?.place?.contains(path) == true)
            #expect(error?.why.contains("the rest was compacted") == true)
            let names = stage.disk.files()
            #expect(names.contains(path), "what is damaged stays")
            #expect(!names.contains(paths.segment(serial: segments[1].serial, generation: 1)))
            return (error, written)
        }
        #expect(try compact().written > 2)
        #expect(journal.failure == nil)
        let behind = paths.segment(serial: segments[2].serial, generation: 1)
        #expect(stage.disk.files().contains(behind))
        // It keeps nobody from a later point, by which more goes with time.
        let before = try journal.readAll(behind: segments[1])
        stage.time.advance(microseconds: 100_000_000)
        #expect(try compact().written > 0)
        #expect(try journal.readAll(behind: segments[1]) != before)
        // Where it is whole again it is compacted as well.
        try stage.disk.flipBit(path, 6000, 3)
        let last = try journal.compactAll()
        #expect(last.isComplete && last.segmentsDamaged == 0 && last.segmentsWritten > 0)
        try Vanishing(stage.scan.events).check(try StoreScan(stage.disk), "whole again")
    }

    @Test func `A segment that the device cannot read keeps no other from being compacted`() throws
    {
        let stage = try RetentionStage(events: 60)
        let journal = try stage.world(2).open()
        let paths = JournalPaths(name: "main")
        let segments = stage.scan.manifest!.segments
        // What metadata say is needed for all others.
        let said = stage.scan.events.filter { $0.stream.hasPrefix("$$") }.map(\.position)
        let places = segments.indices.filter {
            segments[$0].sealed?.positions.map { !said.contains(where: $0.contains) } ?? false
        }
        try #require(places.count > 2)
        let bad = places[..<2].map { paths.segment(serial: segments[$0].serial, generation: 0) }
        func compact() -> (error: StoreError?, report: Compaction.Report?) {
            var report: Compaction.Report?
            let error = #expect(throws: StoreError.self) {
                try journal.compact(
                    Compaction.Options(takesAll: true), progress: { report = $0 })
            }
            return (error, report)
        }
        // What cannot be written ends it, and nothing is left of it.
        for (number, error) in [Errno.EIO, .ENOSPC].enumerated() {
            stage.disk.plan = .fail(
                at: 1 + number, with: error, only: [.write], path: "segments/0000000001.1")
            let ended = compact()
            #expect(ended.error?.systemError == error.code)
            #expect(ended.error?.why.contains("the rest was compacted") == false)
            #expect(ended.report?.isComplete == false)
            stage.disk.plan = .none
            try stage.disk.checkGenerations("ended")
        }
        func unreadable(_ path: String) -> FaultPlan {
            .fail(at: 1, with: .EIO, .forEver, only: [.read], path: path)
        }
        stage.disk.plan = unreadable(bad[0]) + unreadable(bad[1])
        let passed = compact()
        let error = try #require(passed.error)
        #expect(error.code == .inputOutput && error.systemError == Errno.EIO.code)
        let first = try #require(segments[places[0]].sealed?.positions)
        #expect(error.position.map(first.contains) == true)
        #expect(error.place?.hasPrefix(bad[0]) == true)
        #expect(error.why.contains("2 segments were left as they are"))
        #expect(error.why.contains("the rest was compacted"))
        #expect(passed.report?.segmentsDamaged == 2)
        stage.disk.plan = .none
        let names = stage.disk.files()
        #expect(bad.allSatisfy(names.contains))
        #expect(names.contains(paths.segment(serial: segments[places[2]].serial, generation: 1)))
        let last = try journal.compactAll()
        #expect(last.isComplete && last.segmentsDamaged == 0 && last.segmentsWritten == 2)
        try Vanishing(stage.scan.events).check(try StoreScan(stage.disk), "readable again")
    }

    @Test func `Damage in the segment that is written to keeps no other from being compacted`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .tiny).open()
        for _ in 0..<70 {
            try journal.append(String(repeating: "x", count: 300), to: "gone-1")
        }
        try journal.delete("gone-1", .soft)
        let last = try #require(journal.view.lastSegment)
        try #require(last.serial > 1 && last.firstPosition < 60)
        try disk.flipBit(last.file.path, SegmentHeader.byteCount + 250, 3)
        let error = #expect(throws: StoreError.self) { try journal.compactAll() }
        #expect(error?.code == .corrupt && error?.place?.contains(last.file.path) == true)
        #expect(journal.view.lastSegment === last, "what is damaged is not sealed")
        let copy = JournalPaths(name: "main").segment(serial: 1, generation: 1)
        #expect(disk.files().contains(copy))
    }

    @Test func `A full disk refuses it, leaves nothing behind, and is compacted when it has room`()
        throws
    {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        let used = try stage.disk.files().reduce(0) { try $0 + stage.disk.bytes($1).count }
        stage.disk.capacityBytes = used + 4096
        let error = #expect(throws: StoreError.self) { try journal.compactAll() }
        #expect(error?.code == .diskFull && error?.what == "There is no room to compact")
        #expect(error?.remedy.contains("goes on where it was") == true)
        try stage.disk.checkGenerations("full")
        #expect(try StoreScan(stage.disk).stubs.isEmpty)
        stage.disk.capacityBytes = nil
        #expect(try journal.compactAll().isResumed)
        #expect(try Vanishing(stage.scan.events).check(StoreScan(stage.disk), "room") > 0)
    }

    @Test func `A journal opened for reading is not compacted, nor one that is closed`() throws {
        let stage = try RetentionStage()
        let reader = try stage.world(2).openReadOnly()
        #expect(throws: StoreError.readOnly()) { try reader.compactAll() }
        let journal = try stage.world(2).open()
        journal.close()
        let error = #expect(throws: StoreError.self) { try journal.compactAll() }
        #expect(error?.code == .closed)
    }

    @Test func `A reader in another process beside it reads on, from the copies`() throws {
        let stage = try RetentionStage()
        let early = try stage.world(3).openReadOnly()
        let journal = try stage.world(2).open()
        try journal.compactAll()
        early.refresh()
        #expect(try early.readAll() == StoreScan(stage.disk).events)
        let late = try stage.world(4).openReadOnly()
        #expect(try late.readAll() == StoreScan(stage.disk).events)
        try RetentionStage.fill(journal, stage.time, SeededRandomness(seed: 9), events: 12)
        try journal.compactAll()
        for reader in [early, late] {
            reader.refresh()
            #expect(reader.view.damage == nil)
            #expect(reader.view.watermark.position == journal.view.watermark.position)
        }
        let last = try stage.world(4).openReadOnly()
        #expect(try last.readAll() == StoreScan(stage.disk).events)
        try IndexAudit(StoreScan(stage.disk), late.view.index).check("late")
    }

    @Test
    func `A read that is open in another process goes over to the copies, whoever noticed them`()
        throws
    {
        let stage = try RetentionStage()
        let reader = try stage.world(3).openReadOnly()
        let (open, other) = (reader.view.pinned, reader.view.pinned)
        let journal = try stage.world(2).open()
        let before = stage.disk.files()
        try journal.compactAll()
        #expect(before.contains { !stage.disk.files().contains($0) }, "files are gone")
        reader.refresh()
        for position in 1...reader.view.watermark.position {
            for pinned in [open, other] {
                let batch = try pinned.batch(at: [position], .mayBlock)
                #expect(batch.lastPosition == position)
            }
        }
        #expect(reader.view.damage == nil)
    }

    @Test func `An index made again from stubs is the index there was`() throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        while journal.stepIndex() {}
        try journal.compactAll()
        journal.close()
        let scan = try StoreScan(stage.disk)
        let runs = stage.disk.files().filter { $0.contains("/index/") }
        #expect(!runs.isEmpty)
        for removesRuns in [false, true] {
            let image = stage.disk.copy()
            if removesRuns { for path in runs { try image.remove(path) } }
            let again = try stage.world(3, on: image).open()
            try IndexAudit(scan, again.view.index).check("runs removed: \(removesRuns)")
            let stays = runs.allSatisfy { image.files().contains($0) }
            #expect(stays != removesRuns, "runs stay valid")
            again.close()
        }
    }

    @Test(arguments: [true, false])
    func `A lost manifest does not lose what was copied`(isOnlyOne: Bool) throws {
        let stage = try RetentionStage()
        let journal = try stage.world(2).open()
        try journal.compactAll()
        journal.close()
        let scan = try StoreScan(stage.disk)
        let manifests = stage.disk.files().filter { $0.contains("/manifest-") }.sorted {
            ($0.count, $0) < ($1.count, $1)
        }
        #expect(manifests.count == 2)
        for path in isOnlyOne ? manifests.suffix(1) : manifests[...] {
            try stage.disk.flipBit(path, 70, 1)
        }
        let again = try stage.world(3).open()
        #expect(try again.readAll() == scan.events)
        again.close()
        let after = try StoreScan(stage.disk)
        #expect(after.problems == [] && after.events == scan.events && after.stubs == scan.stubs)
        try stage.disk.checkGenerations("manifest lost")
    }
}

extension SimulatedDisk {
    /// Bytes of the files of segments.
    fileprivate func segmentBytes() throws -> Int {
        try files().filter {
            $0.contains("/segments/") && !$0.hasSuffix(".offsets") && !$0.hasSuffix(".ids")
        }
        .reduce(0) { try $0 + bytes($1).count }
    }
}

extension Journal {
    /// The events behind a segment, as readers get them.
    fileprivate func readAll(behind segment: Manifest.Segment) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var next = try #require(segment.sealed).next.position
        while next <= view.watermark.position {
            events += try view.batch(
                from: next, upTo: view.watermark.position, .mayBlock
            ).events
            next = try #require(events.last).position + 1
        }
        return events
    }
}
