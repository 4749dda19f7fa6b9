import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

@Suite struct RestoreTests {
    /// The appends with events, and how many of all appends each is the end of.
    private func ends(_ scan: StoreScan) -> [(last: Position, count: Int, recordedAt: Timestamp)] {
        scan.appends.enumerated().compactMap { number, frame in
            frame.events.last.map { ($0.position, number + 1, $0.recordedAt) }
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `It ends with any append, and never inside one`(seed: UInt64) throws {
        let original = try Original(seed: seed)
        let target = SimulatedDisk()
        try original.disk.backUp(to: target)
        let ends = ends(original.scan)
        let positions = Set(ends.map(\.last))
        #expect(ends.count > 10 && positions.count < original.scan.events.count)
        for event in original.scan.events {
            let position = event.position
            if let end = ends.first(where: { $0.last == position }) {
                let store = try target.restored(upTo: .position(position))
                try CopyAudit(original: original.scan).check(
                    store, appends: end.count, "up to \(position)")
                continue
            }
            let error = #expect(throws: StoreError.self) {
                try target.restored(upTo: .position(position))
            }
            #expect(error?.code == .invalid && error?.position == position)
            let before = positions.filter { $0 < position }.max()
            let after = positions.filter { $0 > position }.min()
            for near in [before, after].compactMap({ $0 }) {
                #expect(error?.remedy.contains("\(near)") == true, "\(error?.remedy ?? "")")
            }
        }
        for beyond in [0, original.scan.events.count + 1] {
            let error = #expect(throws: StoreError.self) {
                try target.restored(upTo: .position(Position(beyond)))
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test(arguments: [5, 7] as [UInt64])
    func `It ends with the last append at or before a time`(seed: UInt64) throws {
        let original = try Original(seed: seed)
        let target = SimulatedDisk()
        try original.disk.backUp(to: target)
        let ends = ends(original.scan)
        for time in Set(ends.map(\.recordedAt.microseconds)) {
            for late in [0, 1] as [Int64] {
                let at = Timestamp(microseconds: time + late)
                let count = ends.last { $0.recordedAt <= at }?.count
                let store = try target.restored(upTo: .time(at))
                try CopyAudit(original: original.scan).check(store, appends: count, "at \(at)")
            }
        }
        let first = try #require(ends.first)
        let error = #expect(throws: StoreError.self) {
            try target.restored(
                upTo: .time(Timestamp(microseconds: first.recordedAt.microseconds - 1)))
        }
        #expect(error?.code == .invalid)
    }

    @Test func `Only an empty folder or a store without the journal is restored into`() throws {
        let original = try Original(seed: 1)
        let backup = SimulatedDisk()
        try original.disk.backUp(to: backup)
        let store = SimulatedDisk()
        try World(store).open().close()
        let other = SimulatedDisk()
        let file = try OpenFile(other, "letter", .createNew)
        withExtendedLifetime(file) {}
        for (target, what) in [
            (store, "The store has a journal 'main' already"),
            (other, "The folder is not one for a store"),
            (backup, "The folder is not one for a store"),
        ] {
            let before = try target.contents()
            let error = #expect(throws: StoreError.self) { try backup.restore(to: target) }
            #expect(error?.code == .invalid && error?.what == what)
            #expect(try target.contents() == before)
        }
        let none = #expect(throws: StoreError.self) { try other.restore(to: SimulatedDisk()) }
        #expect(none?.code == .notFound)
    }

    /// The length of the file was taken as less than nothing, and the process stopped.
    @Test(arguments: ["-0000000007", "+0000010000", "-0", "", "77777777777"])
    func `An archive made by hand is refused, whatever length it gives a file`(length: String)
        throws
    {
        let backup = SimulatedDisk()
        try Original(seed: 3).disk.backUp(to: backup, file: "one.tar")
        try backup.edit("one.tar") { bytes in
            let field = Array(length.utf8) + [UInt8](repeating: 0, count: 12 - length.utf8.count)
            bytes.replaceSubrange(124..<136, with: field)
            bytes.replaceSubrange(148..<156, with: Array("        ".utf8))
            let sum = bytes[..<512].reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            let zeros = String(repeating: "0", count: 6 - digits.count)
            bytes.replaceSubrange(148..<156, with: Array("\(zeros)\(digits)\0 ".utf8))
        }
        let error = #expect(throws: StoreError.self) { try backup.restored(file: "one.tar") }
        #expect(error?.code == (length.hasPrefix("7") ? .notFound : .corrupt))
    }

    @Test func `A descriptor made by hand may give its files any length`() throws {
        let backup = SimulatedDisk()
        try Original(seed: 3).disk.backUp(to: backup)
        try backup.edit(BackupDescriptor.name) { bytes in
            for place in 0..<Int(bytes[40]) {
                let at = 56 + 12 * place
                for byte in at..<at + 8 { bytes[byte] = 0xFF }
            }
            let checksum = CRC32C.checksum(of: Array(bytes[12...]).rawSpan)
            for byte in 0..<4 {
                bytes[8 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
            }
        }
        #expect(try !BackupReader(backup).verify().findings.isEmpty)
        let error = #expect(throws: StoreError.self) { try backup.restored() }
        #expect(error?.code == .corrupt)
    }

    @Test func `A flipped bit anywhere in a backup is found, with its place`() throws {
        let original = try SmallStore(.closed)
        for file in [nil, "one.tar"] as [String?] {
            let backup = SimulatedDisk()
            if let file {
                try original.disk.backUp(to: backup, file: file)
            } else {
                try original.disk.backUp(to: backup)
            }
            for path in backup.files() where path != "LOCK" {
                let count = try backup.bytes(path).count
                for offset in stride(from: 0, to: count, by: Thoroughness.isFull ? 1 : 41) {
                    let damaged = backup.copy()
                    try damaged.flipBit(path, offset, offset % 8)
                    try checkDamaged(damaged, file, original.scan, "\(path), offset \(offset)")
                }
            }
        }
    }

    /// Restoring is refused and leaves no store, or what it leaves is right.
    private func checkDamaged(
        _ damaged: SimulatedDisk, _ file: String?, _ scan: StoreScan, _ what: String
    ) throws {
        let target = SimulatedDisk()
        do throws(StoreError) { try damaged.restore(to: target, file: file) } catch {
            try require(
                [.corrupt, .newerFormat, .notFound].contains(error.code), "\(what): \(error)")
            try require(error.place?.isEmpty == false, "\(what): no place is named")
            let left = #expect(throws: StoreError.self) {
                try World(target).open(createIfMissing: false)
            }
            try require(left?.code == .notFound, "\(what): something is left: \(left as Any)")
            return
        }
        // The names, times and padding of an archive say nothing about the journal.
        try require(file != nil, "\(what): it was not found")
        try CopyAudit(original: scan).check(target, appends: scan.appends.count, what)
    }

    @Test func `Damage in the store stops a backup, and leaves the former one`() throws {
        let store = try SmallStore(.closed)
        let target = SimulatedDisk()
        try store.disk.backUp(to: target)
        let before = try target.contents()
        let path = try #require(store.files.first { $0.hasPrefix("journals/main/segments/") })
        let damaged = store.disk.copy()
        try damaged.flipBit(path, SegmentHeader.byteCount + 70, 3)
        // Nothing is copied of what is there already; a folder that holds nothing shows it.
        let error = #expect(throws: StoreError.self) { try damaged.backUp(to: SimulatedDisk()) }
        #expect(error?.code == .corrupt && error?.position == 1)
        #expect(error?.place?.contains(path) == true)
        try target.lose(try #require(target.files().first { $0.hasPrefix("segments/") }))
        #expect(throws: StoreError.self) { try damaged.backUp(to: target) }
        #expect(try target.bytes("BACKUP") == before["BACKUP"])
        let report = try BackupReader(target).verify()
        #expect(report.findings.count == 1)
    }
}
