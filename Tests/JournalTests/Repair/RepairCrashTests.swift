import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

extension SimulatedDisk {
    /// Where the frames of a segment lie that can be read.
    func frames(of path: String) throws -> [Range<Int>] {
        let file = try OpenFile(self, path, .read)
        let bytes = try file.read(SegmentHeader.byteCount, at: 0)
        let header = try SegmentHeader(decoding: bytes.bytes)
        let size = try file.size()
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: size, records: .asStored)
        var ranges: [Range<Int>] = []
        while let frame = try? scanner.next() { ranges.append(frame.range) }
        return ranges
    }
}

/// A crash and an error at every call of a repair, and what comes after it.
@Suite(.tags(.crash)) struct RepairCrashTests {
    enum Damage: CaseIterable {
        /// In a segment that the manifest says is sealed.
        case sealed
        /// The last append of the journal; only the mark of the closing says that it was there.
        case last
        /// The same, where all manifests are lost.
        case unnamed
    }

    /// A damaged store, and what is known of it.
    private struct Stage {
        let damage: Damage
        let disk: SimulatedDisk
        let scan: StoreScan
        let epoch: UInt64
        /// The first position that is lost.
        let first: Position
        /// The bytes of the segments.
        let segments: Set<[UInt8]>

        init(_ damage: Damage) throws {
            self.damage = damage
            let store = try LongStore()
            let disk = store.disk.copy()
            switch damage {
            case .sealed: try disk.flipBit(store.path(1), SegmentHeader.byteCount + 900, 5)
            case .last, .unnamed:
                let number = try #require(
                    store.segments.indices.last { try !disk.frames(of: store.path($0)).isEmpty })
                let frames = try disk.frames(of: store.path(number))
                try disk.flipBit(store.path(number), frames[frames.count - 2].upperBound - 20, 5)
                if damage == .unnamed {
                    for path in disk.files() where path.contains("manifest-") {
                        try disk.lose(path)
                    }
                }
            }
            self.disk = disk
            scan = store.scan
            epoch = try #require(store.scan.manifest).epoch
            let loss = try #require(try disk.copy().repair(acceptsLoss: false).loss)
            first = loss.firstPosition
            segments = try Self.segments(disk)
        }

        static func segments(_ disk: SimulatedDisk) throws -> Set<[UInt8]> {
            let found = disk.files().filter { path in
                path.split(separator: "/").last.map {
                    JournalPaths.segment(String($0)) != nil
                } ?? false
            }
            return Set(try found.map { try disk.bytes($0) })
        }

        /// Opens for writing what a repair left, then repairs what needs it: nothing is deleted, damage is passed over
        /// only under another epoch, and what was whole is there.
        func check(_ disk: SimulatedDisk, _ isDone: Bool, _ what: String) throws {
            var disk = disk
            var opened: UInt64?
            let tried = disk.copy()
            do throws(StoreError) {
                let journal = try World(tried, seed: 75, options: .small).open(
                    createIfMissing: false)
                opened = journal.epoch
                journal.close()
            } catch {
                try require(error.code == .corrupt, "\(what): \(error)")
            }
            // A sealed segment that the index covers is not read when a journal is opened.
            if damage == .sealed && opened == epoch { opened = nil }
            try require(opened != epoch, "\(what): opened as if nothing were lost")
            try require(opened != nil || !isDone, "\(what): repaired, and refused")
            if opened != nil {
                disk = tried
            } else {
                let told = try disk.repair(acceptsLoss: true)
                try require(told.loss?.firstPosition == first, "\(what): something else is lost")
            }
            try require(
                segments.isSubset(of: try Self.segments(disk)), "\(what): a segment is deleted")
            try require(
                !disk.files().contains { $0.hasSuffix("REPAIR") }, "\(what): the note is there")
            try CopyAudit(original: scan).check(disk, appends: Int(first) - 1, what)
        }
    }

    @Test(arguments: Damage.allCases)
    func `A crash at any call leaves the old state or the repaired one`(damage: Damage) throws {
        let stage = try Stage(damage)
        for call in 1...2000 {
            let damaged = stage.disk.copy()
            damaged.plan = .crash(at: call)
            let isDone = (try? damaged.repair(acceptsLoss: true)) != nil
            if !damaged.hasCrashed {
                #expect(isDone && call > 30)
                return
            }
            for image in CrashSweepTests.Image.all(of: damaged, seeds: 0..<1) {
                try stage.check(image.disk, isDone, "call \(call), \(image.name)")
            }
        }
        Issue.record("the repair has no end")
    }

    @Test(arguments: FaultSweepTests.Kind.all, [Damage.sealed, .last])
    func `An error at any call leaves the old state or the repaired one`(
        kind: FaultSweepTests.Kind, damage: Damage
    ) throws {
        let stage = try Stage(damage)
        for call in 1...2000 {
            let damaged = stage.disk.copy()
            damaged.plan = kind.plan(call)
            let report = try? damaged.repair(acceptsLoss: true)
            if damaged.faultCount == 0 { return #expect(report != nil && call > 1) }
            damaged.plan = .none
            try stage.check(damaged, report != nil, "\(kind) at \(call)")
        }
        Issue.record("the repair has no end")
    }

    @Test func `What cannot be moved is told, and moved by the next opening`() throws {
        let stage = try Stage(.sealed)
        let damaged = stage.disk.copy()
        damaged.plan = .fail(at: 1, with: .EIO, only: [.rename], path: "segments/0000000002.0")
        let report = try damaged.repair(acceptsLoss: true)
        #expect(report.isRepaired && report.notes.count == 1)
        let left = JournalPaths(name: "main").segment(serial: 2, generation: 0)
        #expect(damaged.files().contains(left) && !report.moved.contains(left))
        let reader = try World(damaged, seed: 5).openReadOnly()
        #expect(reader.view.watermark.position == stage.first - 1)
        reader.close()
        let journal = try World(damaged, seed: 6, options: .small).open()
        #expect(journal.notes.contains { $0.contains("damaged-") })
        journal.close()
        let folder = try #require(report.movedTo)
        #expect(!damaged.files().contains(left))
        #expect(damaged.files().contains(folder + "/0000000002.0"))
    }

    @Test func `Where the manifest of a stopped repair is damaged, the error tells the way back`()
        throws
    {
        let stage = try Stage(.sealed)
        let disk = stage.disk.copy()
        disk.plan = .fail(
            at: 1, with: .EIO, .forEver, only: [.rename], path: "segments/0000000002.0")
        let folder = try #require(try disk.repair(acceptsLoss: true).movedTo)
        disk.plan = .none
        let paths = JournalPaths(name: "main")
        let newest = try #require(ManifestFiles(disk: disk, paths: paths).newest())
        try disk.flipBit(paths.manifest(newest), 70, 3)
        let errors = [
            #expect(throws: StoreError.self) { try World(disk.copy(), seed: 5).open() },
            #expect(throws: StoreError.self) { try disk.copy().repair(acceptsLoss: true) },
        ]
        for error in errors {
            #expect(error?.code == .corrupt && error?.place == paths.manifest(newest))
            #expect(error?.remedy.contains("remove \(paths.manifest(newest))") == true)
            #expect(error?.remedy.contains("in \(folder) whose names") == true)
        }
        // As it says.
        let moved = disk.files().filter { $0.hasPrefix(folder + "/") }
        #expect(moved.contains { $0.hasSuffix(".0") })
        for path in moved {
            let name = String(path.dropFirst(folder.count + 1))
            if name.first?.isNumber == true {
                try disk.rename(path, to: "\(paths.segments)/\(name)")
            } else if name == "watermark" {
                try disk.rename(path, to: paths.watermark)
            }
        }
        try disk.remove(paths.manifest(newest))
        let report = try disk.repair(acceptsLoss: true)
        #expect(report.isRepaired && report.loss?.firstPosition == stage.first)
        try stage.check(disk, true, "taken back and repaired")
    }

    @Test func `Beside a repair that was stopped nothing is read`() throws {
        let stage = try Stage(.last)
        let damaged = stage.disk.copy()
        try RepairNote(generation: 1000, loses: true, files: []).write(
            damaged, JournalPaths(name: "main"))
        let error = #expect(throws: StoreError.self) {
            try World(damaged, seed: 5).openReadOnly()
        }
        #expect(error?.what == "A repair of the journal is not finished")
        try stage.check(damaged, false, "with a note")
        try damaged.replace(JournalPaths(name: "main").repair, with: [1, 2, 3])
        let spoiled = #expect(throws: StoreError.self) { try damaged.repair(acceptsLoss: true) }
        #expect(spoiled?.what == "The note of a repair is damaged")
    }
}
