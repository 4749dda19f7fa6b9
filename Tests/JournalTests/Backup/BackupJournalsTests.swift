import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Copies of one journal of a store that has others.
@Suite struct BackupJournalsTests {
    private static let names = TwoJournals.names

    /// A store with two journals of some appends each.
    private func store() throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        for name in Self.names {
            let journal = try World(disk, seed: UInt64(name.utf8.count), journal: name).open()
            for number in 0..<20 { try journal.append("\(name) \(number)", to: "account-1") }
            journal.close()
        }
        return disk
    }

    private func backup(_ disk: SimulatedDisk, _ name: String) throws -> SimulatedDisk {
        let target = SimulatedDisk()
        var backup = try Backup(of: World(disk, seed: 4).environment(), name: name)
        #expect(try backup.write(to: target).name == name)
        return target
    }

    private func texts(_ disk: SimulatedDisk, _ name: String) throws -> [String] {
        let journal = try World(disk, seed: 5, journal: name).openReadOnly()
        defer { journal.close() }
        return try journal.readAll().map { String(decoding: $0.data, as: UTF8.self) }
    }

    @Test func `Each is restored under its name, beside the others or alone`() throws {
        let disk = try store()
        let target = SimulatedDisk()
        for name in Self.names.reversed() {
            let before = try Self.names.map { try target.files(of: $0) }
            let backup = try backup(disk, name)
            let report = try backup.restore(to: target)
            #expect(report.name == name && report.lastPosition == 20)
            let after = try Self.names.map { try target.files(of: $0) }
            for (place, other) in Self.names.enumerated() where other != name {
                #expect(after[place] == before[place], "\(other) is not touched")
            }
            let again = #expect(throws: StoreError.self) { try backup.restore(to: target) }
            #expect(again?.what == "The store has a journal '\(name)' already")
            // Under another name it is the same journal, in another epoch.
            let reader = try BackupReader(backup)
            let copy = try Restore(reader).run(
                in: World(target, seed: 51).environment(), name: "copy-of-\(name)")
            #expect(copy.journal == report.journal && copy.epoch != report.epoch)
        }
        #expect(
            try JournalNames.list(target) == ["billing", "copy-of-billing", "copy-of-main", "main"])
        for name in Self.names {
            #expect(try texts(target, name) == texts(disk, name))
            #expect(try texts(target, "copy-of-\(name)") == texts(disk, name))
        }
    }

    @Test func `Nothing is restored into a store that a process writes to`() throws {
        let disk = try store()
        let backup = try backup(disk, "billing")
        let target = SimulatedDisk()
        let journal = try World(target).open()
        let error = #expect(throws: StoreError.self) { try backup.restore(to: target) }
        #expect(error?.code == .locked)
        journal.close()
        try backup.restore(to: target)
    }

    @Test func `Where several are there, one has to be named`() throws {
        let disk = try store()
        #expect(try JournalNames.only("billing", disk) == "billing")
        let error = #expect(throws: StoreError.self) { try JournalNames.only(nil, disk) }
        #expect(error?.code == .invalid && error?.why.contains("billing, main") == true)
        #expect(error?.remedy.contains("--journal") == true)
        #expect(throws: StoreError.self) { try JournalNames.only("../main", disk) }
        #expect(try JournalNames.only(nil, SimulatedDisk()) == "main")
    }

    @Test func `One that is not finished is named as such, and the others are as good as before`()
        throws
    {
        let disk = try store()
        let backup = try backup(disk, "billing")
        let target = try store()
        for path in target.files() where path.hasPrefix("journals/billing/") {
            try target.remove(path)
        }
        let before = try target.files(of: "main")
        for call in 1...2000 {
            let image = target.copy()
            image.plan = .crash(at: call)
            _ = try? backup.restore(to: image)
            if !image.hasCrashed { return #expect(call > 20) }
            for crashed in CrashSweepTests.Image.all(of: image, seeds: 0..<1) {
                let what = "call \(call), \(crashed.name)"
                try check(crashed.disk, what)
                try require(try crashed.disk.files(of: "main") == before, "\(what): main")
                if try JournalNames.list(crashed.disk) == ["main"] || isUnfinished(crashed.disk) {
                    try backup.restore(to: crashed.disk)
                }
                try require(
                    try texts(crashed.disk, "billing") == texts(disk, "billing"),
                    "\(what): it is not restored")
            }
        }
        Issue.record("the restore has no end")
    }

    private func isUnfinished(_ disk: SimulatedDisk) -> Bool {
        disk.files().contains(JournalPaths(name: "billing").unfinished)
    }

    /// What is listed either can be read or says that it is not finished.
    private func check(_ disk: SimulatedDisk, _ what: String) throws {
        guard try JournalNames.list(disk).contains("billing"), isUnfinished(disk) else { return }
        let mark = "journals/billing/UNFINISHED"
        let report = try Verifier.verify(World(disk, seed: 6).environment(), name: "billing") {
            _, _ in
        }
        try require(report.findings.map(\.place) == [mark], "\(what): \(report.findings)")
        let error = #expect(throws: StoreError.self) {
            try World(disk, seed: 6, journal: "billing").open()
        }
        try require(error?.code == .corrupt && error?.place == mark, "\(what): \(error as Any)")
    }
}
