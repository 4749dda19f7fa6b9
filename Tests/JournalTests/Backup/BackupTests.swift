import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

@Suite struct BackupTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>, [true, false])
    func `A restored store is the one that was backed up, and goes on`(
        seed: UInt64, closes: Bool
    ) throws {
        let original = try Original(seed: seed, closes: closes)
        let before = try original.disk.contents()
        let target = SimulatedDisk()
        let report = try original.disk.backUp(to: target)
        #expect(report.segments > 0)
        #expect(report.lastPosition == original.scan.events.last?.position)
        #expect(try original.disk.contents() == before, "the source is not touched")
        let store = try target.restored()
        try CopyAudit(original: original.scan).check(store, appends: original.scan.appends.count)
        try original.disk.backUp(to: target, file: "one.tar")
        let other = try target.restored(file: "one.tar")
        try CopyAudit(original: original.scan).check(other, appends: original.scan.appends.count)
    }

    @Test func `A restored store refuses checkpoints that were taken before`() throws {
        let original = try Original(seed: 3)
        let target = SimulatedDisk()
        try original.disk.backUp(to: target)
        let report = try target.restore(to: SimulatedDisk())
        let old = try World(original.disk, seed: 2).openReadOnly()
        let new = try World(try target.restored(), seed: 2).open()
        #expect(report.journal == old.id && new.id == old.id)
        #expect(new.epoch != old.epoch && report.epoch != old.epoch)
        let place = Checkpoint(journal: old.id, epoch: old.epoch, position: 1, event: nil)
        let head = Checkpoint(
            journal: new.id, epoch: new.epoch, position: new.view.watermark.position, event: nil)
        let error = #expect(throws: StoreError.self) {
            try place.check(against: head) { _ in nil }
        }
        #expect(error?.code == .wrongCheckpoint)
        // Also where all manifests are lost: the segments say the epoch.
        let disk = try target.restored()
        let epoch = try World(disk, seed: 9).open().epoch
        let image = disk.afterProcessKill()
        for path in image.files() where path.contains("manifest") { try image.lose(path) }
        #expect(try World(image, seed: 10).open().epoch == epoch)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `A second backup copies what is new, and keeps nothing that is old`(seed: UInt64) throws {
        let disk = SimulatedDisk()
        let target = SimulatedDisk()
        let journal = try World(disk, seed: seed).open()
        for round in 0..<4 {
            for number in 0..<30 {
                try journal.append(
                    String(repeating: "\(number)", count: 400), to: "account-\(number % 3)")
            }
            journal.stepIdle()
            let first = try disk.backUp(to: target)
            #expect(first.segmentsKept == (round == 0 ? 0 : first.segmentsKept))
            #expect(round == 0 || first.segmentsKept > 0)
            let again = try disk.backUp(to: target)
            #expect(again.segmentsKept == again.segments && again.bytesKept == again.bytes)
            #expect(target.files().filter { $0.hasPrefix("segments/") }.count == first.segments)
            let scan = try StoreScan(disk)
            try CopyAudit(original: scan).check(
                try target.restored(), appends: scan.appends.count)
        }
    }

    @Test(arguments: [true, false])
    func `A second backup copies again what has rotted in the first, and says so`(
        isRemoved: Bool
    ) throws {
        let original = try Original(seed: 5)
        let target = SimulatedDisk()
        try original.disk.backUp(to: target)
        let path = try #require(target.files().first { $0.hasPrefix("segments/") })
        if isRemoved {
            try target.lose(path)
        } else {
            try target.flipBit(path, SegmentHeader.byteCount + 100, 3)
        }
        #expect(try !BackupReader(target).verify().findings.isEmpty)
        let report = try original.disk.backUp(to: target)
        #expect(report.segmentsKept == report.segments - 1)
        #expect(report.notes.contains { $0.contains(path) && $0.contains("copied again") })
        #expect(try BackupReader(target).verify().findings.isEmpty)
        let again = try original.disk.backUp(to: target)
        #expect(again.segmentsKept == again.segments)
        #expect(!again.notes.contains { $0.contains("copied again") })
        try CopyAudit(original: original.scan).check(
            try target.restored(), appends: original.scan.appends.count)
    }

    @Test func `One that has no room leaves what was there before, and nothing of its own`() throws
    {
        let original = try Original(seed: 6)
        let target = SimulatedDisk()
        func segments() -> [String] { target.files().filter { $0.hasPrefix("segments/") } }
        func failing() throws {
            // Some of it is copied before.
            target.plan = .fail(at: 2, with: .ENOSPC, .forEver, only: [.write])
            let error = #expect(throws: StoreError.self) { try original.disk.backUp(to: target) }
            #expect(error?.code == .diskFull && target.faultCount > 0)
            target.plan = .none
        }
        try failing()
        #expect(segments() == [])
        try original.disk.backUp(to: target)
        let before = try target.contents()
        let journal = try World(original.disk, seed: 7).open()
        let text = String(repeating: "x", count: 1500)
        for _ in 0..<60 { try journal.append(text, to: "account-1") }
        journal.close()
        try failing()
        #expect(try target.contents() == before)
        try original.disk.backUp(to: target)
        #expect(try BackupReader(target).verify().findings == [])
    }

    @Test func `One that another has overtaken holds what that does, and takes nothing for lost`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("1", to: "account-1")
        var slow = try Backup(of: World(disk, seed: 7).environment())
        try journal.append("2", to: "account-1")
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        #expect(try slow.write(to: target).lastPosition == 2)
        let scan = try StoreScan(disk)
        try CopyAudit(original: scan).check(try target.restored(), appends: scan.appends.count)
    }

    @Test func `Beside a writer it holds all that was acknowledged`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<20 { try journal.append("\(number)", to: "account-1") }
        let last = journal.view.watermark.position
        let reader = try World(disk, seed: 7).openReadOnly()
        let report = try disk.backUp(to: SimulatedDisk())
        #expect(report.lastPosition == last && reader.view.watermark.position == last)
        for number in 0..<200 {
            try journal.append(String(repeating: "\(number)", count: 300), to: "account-2")
        }
        let target = SimulatedDisk()
        try disk.backUp(to: target)
        let scan = try StoreScan(disk)
        try CopyAudit(original: scan).check(try target.restored(), appends: scan.appends.count)
    }

    @Test func `Nothing recorded is backed up and restored as well`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        let target = SimulatedDisk()
        #expect(try disk.backUp(to: target).lastPosition == 0)
        journal.close()
        let store = try target.restored()
        try CopyAudit(original: try StoreScan(disk)).check(store, appends: 0)
        #expect(throws: StoreError.self) { try SimulatedDisk().backUp(to: SimulatedDisk()) }
    }

    @Test func `A folder that holds anything else is refused, and left as it is`() throws {
        let original = try Original(seed: 1)
        let other = try Original(seed: 2)
        func refusal(_ prepare: (SimulatedDisk) throws -> Void) throws -> StoreError? {
            let target = SimulatedDisk()
            try prepare(target)
            let before = try target.contents()
            let error = #expect(throws: StoreError.self) { try original.disk.backUp(to: target) }
            #expect(try target.contents() == before)
            return error
        }
        let store = try refusal { try World($0).open().close() }
        #expect(store?.code == .invalid && store?.why.contains("journals") == true)
        let another = try refusal { try other.disk.backUp(to: $0) }
        #expect(another?.what == "The folder holds a backup of another journal")
        let damaged = try refusal {
            try original.disk.backUp(to: $0)
            try $0.flipBit("BACKUP", 50, 1)
        }
        #expect(damaged?.code == .corrupt)
        // Of another history: the one that was restored may go on in another way.
        let target = SimulatedDisk()
        try original.disk.backUp(to: target)
        let restored = try target.restored()
        let error = #expect(throws: StoreError.self) { try restored.backUp(to: target) }
        #expect(error?.what == "The folder holds a backup of another history of this journal")
        // Of a store that has lost something.
        let shorter = SimulatedDisk()
        let journal = try World(shorter).open()
        try journal.append("1", to: "account-1")
        let early = shorter.afterProcessKill()
        try journal.append("2", to: "account-1")
        let folder = SimulatedDisk()
        try shorter.backUp(to: folder)
        let further = #expect(throws: StoreError.self) { try early.backUp(to: folder) }
        #expect(further?.what == "The backup in the folder goes further than the store")
    }

    @Test func `Two backups into one folder at a time are refused`() throws {
        let original = try Original(seed: 1)
        let target = SimulatedDisk()
        let lock = try BackupFolder(target).lock()
        let error = #expect(throws: StoreError.self) { try original.disk.backUp(to: target) }
        #expect(error?.code == .locked)
        withExtendedLifetime(lock) {}
    }

    @Test func `Beside a writer that still recovers it holds what the marks say to be durable`()
        throws
    {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("early", to: "account-1")
        let path = JournalPaths(name: "main").watermark
        let behind = try disk.bytes(path)
        for number in 0..<9 { try journal.append("\(number)", to: "account-1") }
        journal.stepIdle()
        let killed = disk.afterProcessKill()
        // The watermark is never synced: it may be behind, but for its successor's.
        try killed.replace(path, with: behind)
        let lock = try JournalLock.take(
            World(killed).environment(), JournalPaths(name: "main"), beside: nil)
        #expect(try killed.backUp(to: SimulatedDisk()).lastPosition == 10)
        lock.release()
    }

    @Test func `Two archives of one name at a time are each whole, and what was left over goes`()
        throws
    {
        let original = try Original(seed: 1)
        let target = SimulatedDisk()
        let broken = try Backup(of: World(original.disk, seed: 8).environment())
        target.plan = .crash(at: 12)
        var stopped = broken
        #expect(throws: StoreError.self) { try stopped.write(to: target, file: "one.tar") }
        let left = target.afterProcessKill()
        #expect(left.files().count == 1 && !left.files().contains("one.tar"))
        var first = try Backup(of: World(original.disk, seed: 41).environment())
        var second: Result<CopyReport, StoreError>?
        _ = try first.write(to: left, file: "one.tar") { (_, _) throws(StoreError) in
            if second != nil { return }
            var other = try Backup(of: World(original.disk, seed: 42).environment())
            second = .success(try other.write(to: left, file: "one.tar"))
            let verified = try BackupReader(left, file: "one.tar").verify()
            #expect(verified.findings == [])
        }
        #expect(second != nil)
        #expect(left.files() == ["one.tar"])
        #expect(try BackupReader(left, file: "one.tar").verify().findings == [])
    }

    @Test
    func `An archive that was taken for one left over, before it was locked, is refused at once`()
        throws
    {
        let original = try Original(seed: 1)
        let base = SimulatedDisk()
        let target = WatchedDisk(base, tellsOf: [.lock])
        target.onCall { _ in
            for path in base.files() { try? base.remove(path) }
        }
        var backup = try Backup(of: World(original.disk, seed: 8).environment())
        let error = #expect(throws: StoreError.self) {
            try backup.write(to: target, file: "one.tar") { (_, _) throws(StoreError) in
                Issue.record("it is copied")
            }
        }
        #expect(error?.code == .locked && error?.remedy == "Start again.")
        target.onCall(nil)
        var again = try Backup(of: World(original.disk, seed: 9).environment())
        _ = try again.write(to: target, file: "one.tar")
        #expect(try BackupReader(base, file: "one.tar").verify().findings == [])
    }

    @Test func `A folder where another backup holds a lock made since is refused`() throws {
        let original = try Original(seed: 1)
        let base = SimulatedDisk()
        let target = WatchedDisk(base, tellsOf: [.lock])
        target.onCall { _ in
            try? base.remove("LOCK")
            let next = try? base.open("LOCK", .createNew)
            #expect(next.map { (try? base.lock($0)) == true } == true)
        }
        var backup = try Backup(of: World(original.disk, seed: 8).environment())
        let error = #expect(throws: StoreError.self) { try backup.write(to: target) }
        #expect(error?.code == .locked)
        #expect(base.files() == ["LOCK"], "nothing is written")
    }

    /// A store at one moment, and two ways on from there.
    private func fork(_ go: (Journal, String) throws -> Void) throws -> (
        one: SimulatedDisk, other: SimulatedDisk
    ) {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<60 {
            try journal.append(String(repeating: "\(number)", count: 300), to: "account-1")
        }
        journal.close()
        let ways = try ["one", "other"].map { way in
            let copy = disk.afterProcessKill()
            let journal = try World(
                copy, seed: way == "one" ? 5 : 6, time: VirtualTime(wallMicroseconds: 1 << 40)
            ).open()
            try go(journal, way)
            journal.close()
            return copy.afterProcessKill()
        }
        return (ways[0], ways[1])
    }

    @Test func `A store that was set back and went on in another way is refused`() throws {
        let (one, other) = try fork { journal, way in
            for number in 0..<(way == "one" ? 20 : 40) {
                try journal.append("\(way) \(number)", to: "account-2")
            }
        }
        let target = SimulatedDisk()
        try one.backUp(to: target)
        let before = try target.contents()
        let error = #expect(throws: StoreError.self) { try other.backUp(to: target) }
        #expect(error?.code == .invalid)
        #expect(error?.what == "The backup in the folder is of another past of this store")
        #expect(try target.contents() == before)
        // The same where only system records tell the two apart.
        let (records, others) = try fork { journal, way in
            var append = Append()
            append.records = [SystemRecord(owner: "queue", key: way, value: [1])]
            _ = try journal.append(append)
            if way == "other" { try journal.append("more", to: "account-3") }
        }
        let second = SimulatedDisk()
        try records.backUp(to: second)
        let differs = #expect(throws: StoreError.self) { try others.backUp(to: second) }
        #expect(differs?.what == "The backup in the folder is of another past of this store")
        let (none, some) = try fork { journal, way in
            if way == "one" { return }
            var append = Append()
            append.records = [SystemRecord(owner: "queue", key: "k", value: [1])]
            _ = try journal.append(append)
        }
        let third = SimulatedDisk()
        try some.backUp(to: third)
        let further = #expect(throws: StoreError.self) { try none.backUp(to: third) }
        #expect(further?.why.contains("system records") == true)
    }

    @Test(arguments: [false, true])
    func `A store that was set back and went on as far in the same segment is refused`(
        endsAlike: Bool
    ) throws {
        let (one, other) = try fork { journal, way in
            try journal.append(way == "one" ? "paid" : "owed", to: "account-2")
            if !endsAlike { return }
            var append = Append()
            append.records = [SystemRecord(owner: "queue", key: "handled", value: [61])]
            _ = try journal.append(append)
        }
        // By all that a manifest tells of them they are the same.
        #expect(try StoreScan(one).manifest?.segments == StoreScan(other).manifest?.segments)
        #expect(try StoreScan(one).events != StoreScan(other).events)
        let target = SimulatedDisk()
        try one.backUp(to: target)
        let before = try target.contents()
        let error = #expect(throws: StoreError.self) { try other.backUp(to: target) }
        #expect(error?.what == "The backup in the folder is of another past of this store")
        #expect(try target.contents() == before)
        let again = try one.backUp(to: target)
        #expect(again.segmentsKept == again.segments)
    }

    @Test func `What recovery copied anew is still the same past`() throws {
        let disk = SimulatedDisk()
        let target = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<30 { try journal.append("\(number)", to: "account-1") }
        let killed = disk.afterProcessKill()
        // Without a writer the backup goes as far as the next one does, who copies what no mark covers.
        try killed.backUp(to: target)
        let next = try World(killed, seed: 5).open()
        try next.append("goes on", to: "account-1")
        next.close()
        #expect(try killed.backUp(to: target).lastPosition == 31)
        let scan = try StoreScan(killed)
        try CopyAudit(original: scan).check(try target.restored(), appends: scan.appends.count)
    }
}
