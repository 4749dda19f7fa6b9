import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What unclean stops leave on the disk, and what becomes of it.
@Suite(.tags(.crash)) struct UncleanStopsTests {
    /// A store that was stopped uncleanly a number of times, with an append each time.
    /// - Parameters:
    ///   - works: the preparer did its work meanwhile.
    ///   - marks: a mark says that the append was durable.
    private static func stopped(
        _ times: Int, works: Bool = true, marks: Bool = true
    ) throws -> SimulatedDisk {
        var disk = SimulatedDisk()
        for turn in 0..<times {
            let journal = try World(disk, seed: UInt64(turn + 1)).open()
            if works {
                journal.askAhead()
                while journal.stepPreparing() {}
            }
            try journal.append("\(turn)", to: "account-1")
            if marks { journal.stepIdle() }
            disk = disk.afterProcessKill()
        }
        return disk
    }

    /// What a segment takes of which little is used: the header, and a block of frames.
    private static let usedBytes = SegmentHeader.byteCount + 4096

    private static func texts(_ journal: Journal) throws -> [String] {
        try journal.readAll().filter { $0.stream == "account-1" }.map(\.text)
    }

    @Test func `A stop keeps no room but that of what was recorded`() throws {
        let disk = try Self.stopped(12)
        let journal = try World(disk, seed: 90).open()
        while journal.stepPreparing() {}
        #expect(try Self.texts(journal) == (0..<12).map(String.init))
        let segments = try #require(StoreScan(disk).manifest?.segments)
        #expect(segments.count == 13)
        for segment in segments {
            let file = try disk.segment(segment)
            // By what was recorded, not by how often it was opened.
            #expect(try file.size() == JournalOptions.tiny.segmentBytesFirst)
            if segment.sealed != nil { #expect(try file.allocatedSize() == Self.usedBytes) }
        }
        #expect(try disk.unnamed() == [])
        let found = try Verifier.verify(World(disk).environment(), isLocked: true) { _, _ in }
        #expect(found.findings == [])
    }

    @Test func `What a later opening did not give back a compaction does`() throws {
        let disk = try Self.stopped(6, works: false)
        let reader = try World(disk, seed: 91).openReadOnly()
        let journal = try World(disk, seed: 90).open()
        let sealed = try #require(StoreScan(disk).manifest).segments.filter { $0.sealed != nil }
        let spare = sealed.count * (JournalOptions.tiny.segmentBytesFirst - Self.usedBytes)
        #expect(sealed.count == 6)
        let options = Compaction.Options(takesAll: true)
        let foreseen = try journal.previewCompaction(options, time: VirtualTime())
        #expect(foreseen.bytesSpare == spare && foreseen.segmentsSpare == 6)
        let before = journal.view.sizes().fileBytes
        let report = try journal.compactAll()
        #expect(report.bytesSpare == spare && report.segmentsSpare == 6)
        #expect(report.segmentsWritten == 0 && report.isComplete)
        #expect(before - journal.view.sizes().fileBytes == spare)
        #expect(try Self.texts(journal) == (0..<6).map(String.init))
        #expect(try Self.texts(reader) == (0..<6).map(String.init))
        #expect(try journal.compactAll().bytesSpare == 0)
    }

    @Test func `Room of a segment that is written again counts as what it took before`() throws {
        let disk = try Self.stopped(2, works: false)
        let journal = try World(disk, seed: 90).open()
        try journal.delete("account-1", .soft)
        let before = journal.view.sizes().fileBytes
        let report = try journal.compactAll()
        #expect(report.segmentsWritten == 2)
        #expect(report.bytesSpare == 0 && report.segmentsSpare == 0)
        #expect(before - journal.view.sizes().fileBytes == report.bytesBefore - report.bytesAfter)
    }

    @Test func `What a crash cut off stays where it is`() throws {
        let disk = try Self.stopped(1)
        let path = try disk.segment(#require(StoreScan(disk).manifest?.segments.first)).path
        // Of an append that was never whole.
        try disk.edit(path) { $0[9_000] = 7 }
        let journal = try World(disk, seed: 90).open()
        while journal.stepPreparing() {}
        let file = try OpenFile(disk, path, .read)
        #expect(try file.allocatedSize() == 3 * 4096)
        #expect(try disk.bytes(path)[9_000] == 7)
    }

    @Test func `A segment of which all was copied on goes with the next opening but one`() throws {
        let disk = try Self.stopped(1, marks: false)
        let first = try #require(StoreScan(disk).manifest?.segments.first)
        let journal = try World(disk, seed: 90).open()
        while journal.stepPreparing() {}
        // The manifest before the present one may come back, and names it.
        #expect(try disk.unnamed() == [disk.segment(first).path])
        #expect(try disk.segment(first).allocatedSize() == Self.usedBytes)
        let later = disk.afterProcessKill()
        let noted = try Verifier.verify(World(later).environment()) { _, _ in }.notes
        #expect(noted.contains { $0.hasPrefix("1 file is left of a crash") })
        let again = try World(later, seed: 91).open()
        #expect(try later.unnamed().contains(disk.segment(first).path) == false)
        #expect(again.notes.contains { $0.contains("the journal has all of it") })
        #expect(try Self.texts(again) == ["0"])
    }

    @Test(arguments: [true, false])
    func `One that holds something else stays, and is told of`(isBehind: Bool) throws {
        let disk = try Self.stopped(2, marks: false)
        let path = try #require(disk.unnamed().first)
        if isBehind {
            try disk.edit(path) { $0[9_000] = 7 }
        } else {
            // Another event than the one that the journal has in this place.
            let other = SimulatedDisk()
            let journal = try World(other, seed: 70).open()
            try journal.append("other", to: "account-1")
            let file = try other.segment(#require(StoreScan(other).manifest?.segments.first))
            let bytes = try other.bytes(file.path)
            try disk.replace(path, with: bytes)
        }
        let bytes = try disk.bytes(path)
        for seed in 0..<3 as Range<UInt64> {
            let journal = try World(disk, seed: 90 + seed).open()
            while journal.stepPreparing() {}
            #expect(journal.notes.contains { $0.contains("something in it is not in the journal") })
            #expect(try disk.bytes(path) == bytes)
            #expect(try OpenFile(disk, path, .read).allocatedSize() <= 3 * 4096)
            #expect(try Self.texts(journal) == ["0", "1"])
            journal.close()
        }
    }

    /// Ends the process at each call of an opening, some of which leave files that no manifest names yet.
    @Test(arguments: [true, false])
    func `Whenever a recovery is stopped, nothing is left after some more`(marks: Bool) throws {
        let disk = try Self.stopped(2, marks: marks)
        for call in 1...600 {
            var image = disk.afterProcessKill()
            image.plan = .crash(at: call)
            let journal = try? World(image, seed: 90).open()
            if let journal { while journal.stepPreparing() {} }
            let isLast = !image.hasCrashed
            for seed in 91..<94 as Range<UInt64> {
                image = image.afterProcessKill()
                let next = try World(image, seed: seed).open()
                while next.stepPreparing() {}
                try require(try Self.texts(next) == ["0", "1"], "call \(call): something is lost")
            }
            let last = image.afterProcessKill()
            let end = try World(last, seed: 95).open()
            while end.stepPreparing() {}
            let left = try last.unnamed()
            try require(left.count <= 1, "call \(call): left over are \(left)")
            for path in try last.unnamed() + last.sealed() {
                let bytes = try OpenFile(last, path, .read).allocatedSize()
                try require(bytes == Self.usedBytes, "call \(call): \(path) takes \(bytes) bytes")
            }
            if isLast { return try require(call > 30, "an opening makes calls") }
        }
        throw Discrepancy("the recovery has no end")
    }

    private static let calls = stride(from: 1, through: 900, by: Thoroughness.isFull ? 1 : 3)

    /// Opens, gives back and removes what stops have left, and compacts.
    private static func cure(_ disk: SimulatedDisk) throws {
        let journal = try World(disk, seed: 90).open()
        while journal.stepPreparing() {}
        _ = try journal.compactAll()
        journal.close()
    }

    @Test(arguments: [true, false])
    func `A crash at any call of that loses nothing`(marks: Bool) throws {
        let disk = try Self.stopped(3, works: false, marks: marks)
        for call in Self.calls {
            let working = disk.afterProcessKill()
            working.plan = .crash(at: call)
            try? Self.cure(working)
            if !working.hasCrashed { return try require(call > 60, "it makes calls") }
            for image in CrashSweepTests.Image.all(
                of: working, seeds: UInt64(call)..<UInt64(call) + 1)
            {
                try Self.check(image.disk, "call \(call), \(image.name)")
            }
        }
        throw Discrepancy("it has no end")
    }

    @Test(arguments: [Errno.EIO, .ENOSPC, .EOPNOTSUPP])
    func `An error at any call of that loses nothing`(error: Errno) throws {
        let disk = try Self.stopped(3, works: false, marks: false)
        for call in Self.calls {
            let working = disk.afterProcessKill()
            working.plan = .fail(at: call, with: error)
            try? Self.cure(working)
            if working.faultCount == 0 { return try require(call > 60, "it makes calls") }
            let failed = working.calls.first { $0.fault != nil }
            try Self.check(working.afterProcessKill(), "\(error) at \(failed!)")
            try Self.check(working.afterPowerCutLosingAllUnsynced(), "\(error) at \(failed!), cut")
        }
        throw Discrepancy("it has no end")
    }

    private static func check(_ disk: SimulatedDisk, _ what: String) throws {
        let journal = try World(disk, seed: 99).open()
        try require(try texts(journal) == ["0", "1", "2"], "\(what): something is lost")
        let problems = try StoreScan(disk).problems
        try require(problems.isEmpty, "\(what): \(problems)")
        journal.close()
        let found = try Verifier.verify(World(disk).environment()) { _, _ in }.findings.filter {
            !$0.isHarmless
        }
        try require(found.isEmpty, "\(what): \(found)")
    }
}

extension SimulatedDisk {
    fileprivate func segment(_ named: Manifest.Segment) throws -> OpenFile {
        let paths = JournalPaths(name: JournalName.main)
        return try OpenFile(
            self, paths.segment(serial: named.serial, generation: named.generation), .read)
    }

    /// The sealed segments that the manifest names.
    fileprivate func sealed() throws -> [String] {
        try StoreScan(self).manifest?.segments.filter { $0.sealed != nil }
            .map { try segment($0).path } ?? []
    }

    /// Files of segments that the manifest does not name.
    fileprivate func unnamed() throws -> [String] {
        let named = try StoreScan(self).manifest?.segments.map { try segment($0).path } ?? []
        return files().filter { $0.hasSuffix(".0") && !named.contains($0) }
    }
}
