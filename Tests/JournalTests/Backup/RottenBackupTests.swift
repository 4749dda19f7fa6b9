import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A backup brought up to date in a folder in which the former one is not what was written any more, at its end.
@Suite struct RottenBackupTests {
    /// What happens to the last file of a backup.
    enum Rot: String, CaseIterable, Sendable {
        case lastEvent, lastSector, firstHeader, everything, cutShort, gone

        func spoil(_ disk: SimulatedDisk, _ path: String, end: Int) throws {
            let start = SegmentHeader.byteCount
            switch self {
            case .lastEvent: try disk.flipBit(path, end - 30, 3)
            case .lastSector: try zero(max(start, end - 512)..<end)
            case .firstHeader: try disk.flipBit(path, start + 17, 3)
            case .everything: try zero(0..<end)
            case .cutShort: try disk.edit(path) { $0.removeLast(100) }
            case .gone: try disk.lose(path)
            }
            func zero(_ range: Range<Int>) throws {
                try disk.edit(path) { bytes in
                    for offset in range { bytes[offset] = 0 }
                }
            }
        }
    }

    private static func lastFile(_ disk: SimulatedDisk) throws -> (path: String, end: Int) {
        let manifest = try BackupReader(disk).descriptor.manifest
        let last = try #require(manifest.segments.last { $0.sealed?.events ?? 0 > 0 })
        return (BackupDescriptor.path(of: last), try #require(last.sealed?.end))
    }

    /// A store at one moment, and a way on from there.
    private static func store(_ go: (Journal) throws -> Void = { _ in }) throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<60 {
            try journal.append(
                String(repeating: "\(number)", count: 300), to: "account-\(number % 7)")
            while journal.stepPreparing() {}
        }
        try go(journal)
        journal.stepIdle()
        journal.close()
        return disk.copy()
    }

    /// What happened to the store since the former backup.
    enum Since: String, CaseIterable, Sendable {
        case nothing, more, compacted, recovered
    }

    @Test(arguments: Rot.allCases, Since.allCases)
    func `The last file is copied again, whatever became of the store`(rot: Rot, since: Since)
        throws
    {
        let disk = try Self.store { journal in
            try journal.set(StreamMetadata(maxCount: 1), of: "account-1")
        }
        let target = SimulatedDisk()
        var present = disk
        if since == .recovered {
            // The watermark is ahead of the marks: the next writer copies what lies between.
            let journal = try World(disk, seed: 8, options: .small).open()
            for number in 0..<9 { try journal.append("\(number)", to: "account-2") }
            present = disk.afterProcessKill()
        }
        try present.backUp(to: target)
        if since != .nothing {
            let journal = try World(present, seed: 9, options: .small).open()
            if since == .compacted { try journal.compactAll() }
            try journal.append("more", to: "account-3")
            journal.close()
        }
        let (path, end) = try Self.lastFile(target)
        try rot.spoil(target, path, end: end)
        #expect(try !BackupReader(target).verify().findings.isEmpty)
        let report = try present.backUp(to: target)
        if since == .nothing {
            #expect(report.notes.contains { $0.contains(path) && $0.contains("copied again") })
        }
        #expect(try BackupReader(target).verify().findings.isEmpty)
        let scan = try StoreScan(present)
        #expect(try StoreScan(target.restored()).events == scan.events)
    }

    /// Only the last append tells the two ways on apart, and it is what cannot be read.
    @Test(arguments: [Rot.lastEvent, .lastSector, .firstHeader, .cutShort])
    func `Of another past it is refused nevertheless`(rot: Rot) throws {
        let base = try Self.store()
        func way(_ name: String, _ seed: UInt64, _ count: Int) throws -> SimulatedDisk {
            let copy = base.copy()
            let journal = try World(copy, seed: seed, options: .small).open()
            for _ in 0..<count { try journal.append(name, to: "account-2") }
            journal.stepIdle()
            journal.close()
            return copy
        }
        let one = try way("paid", 5, 1)
        for other in [try way("owed", 6, 1), try way("a longer text", 6, 3)] {
            let target = SimulatedDisk()
            try one.backUp(to: target)
            let (path, end) = try Self.lastFile(target)
            try rot.spoil(target, path, end: end)
            let before = try target.contents()
            let error = #expect(throws: StoreError.self) { try other.backUp(to: target) }
            #expect(error?.what == "The backup in the folder is of another past of this store")
            #expect(try target.contents() == before)
            try one.backUp(to: target)
            #expect(try BackupReader(target).verify().findings.isEmpty)
        }
    }

    @Test func `Where the store is damaged as well, it is said that the store is`() throws {
        let disk = try Self.store()
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        let (path, end) = try Self.lastFile(target)
        try target.flipBit(path, end - 30, 3)
        let manifest = try #require(StoreScan(disk).manifest)
        let last = try #require(manifest.segments.last)
        let segment = JournalPaths(name: "main").segment(
            serial: last.serial, generation: last.generation)
        try disk.flipBit(segment, SegmentHeader.byteCount + 120, 3)
        let error = #expect(throws: StoreError.self) { try disk.backUp(to: target) }
        #expect(error?.code == .corrupt && error?.place?.hasPrefix(segment) == true)
    }

    @Test func `A device that cannot read the last file is no reason to refuse`() throws {
        let disk = try Self.store()
        let base = SimulatedDisk()
        try disk.backUp(to: base)
        let (path, end) = try Self.lastFile(base)
        // Where it is compared, at once and sector by sector, and where it is looked at for what may stay.
        let sectors = (end - 1) / LostSectors.byteCount
        try #require(sectors < LostSectors.inARowMax)
        base.plan = (1...sectors + 2).map {
            .fail(at: $0, with: .EIO, only: [.read], path: path)
        }.reduce(.none, +)
        let report = try disk.backUp(to: base)
        #expect(report.notes.contains { $0.contains(path) && $0.contains("copied again") })
        #expect(try BackupReader(base).verify().findings.isEmpty)
    }

    /// The store has what the backup held last in other files, so that no checksum tells.
    @Test func `Behind a sector that cannot be read, another past is seen`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<5 { try journal.append("opened", to: "account-1") }
        journal.stepIdle()
        let base = disk.afterProcessKill()
        // Not closed: each way goes on in a segment of its own.
        func way(_ seed: UInt64) throws -> SimulatedDisk {
            let copy = base.copy()
            let journal = try World(copy, seed: seed, options: .small).open()
            for _ in 0..<10 {
                try journal.append(String(repeating: "x", count: 600), to: "account-2")
            }
            journal.stepIdle()
            journal.close()
            return copy
        }
        let (one, other) = (try way(5), try way(6))
        let target = SimulatedDisk()
        try one.backUp(to: target)
        let (path, end) = try Self.lastFile(target)
        #expect(end > 10_000)
        target.plan = .lose(4096..<8192, of: path)
        let before = try target.contents()
        let error = #expect(throws: StoreError.self) { try other.backUp(to: target) }
        #expect(error?.what == "The backup in the folder is of another past of this store")
        #expect(try target.contents() == before)
    }
}
