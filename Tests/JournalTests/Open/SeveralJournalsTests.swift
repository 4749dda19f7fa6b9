import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Journals that lie in one store.
@Suite struct SeveralJournalsTests {
    /// A journal with some events, open.
    private func open(
        _ name: String, on disk: SimulatedDisk, beside other: Journal? = nil, events: Int = 3,
        seed: UInt64 = 1
    ) throws -> Journal {
        var world = World(disk, seed: seed, options: .small, journal: name)
        world.neighbour = { other }
        let journal = try world.open()
        for number in 0..<events { try journal.append("\(name) \(number)", to: "account-1") }
        return journal
    }

    private func texts(_ name: String, _ disk: any Disk) throws -> [String] {
        let reader = try World(disk, seed: 90, options: .small, journal: name).openReadOnly()
        defer { reader.close() }
        return try reader.readAll().map(\.text)
    }

    @Test func `Each has positions, revisions and an identity of its own`() throws {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk, events: 2)
        let billing = try open("billing", on: disk, beside: main, events: 3, seed: 2)
        try main.append("main 2", to: "account-1", expecting: .revision(1))
        try billing.append("billing 3", to: "account-1", expecting: .revision(2))
        #expect(main.id != billing.id)
        #expect(main.view.watermark.position == 3)
        #expect(billing.view.watermark.position == 4)
        #expect(try texts("main", disk) == ["main 0", "main 1", "main 2"])
        #expect(try texts("billing", disk).count == 4)
        #expect(try JournalNames.list(disk) == ["billing", "main"])
    }

    @Test func `One process writes the store, and the last journal gives the lock back`() throws {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk)
        let billing = try open("billing", on: disk, beside: main)
        func refusal(_ name: String) -> StoreError? {
            #expect(throws: StoreError.self) {
                try World(disk, seed: 3, journal: name).open(process: 2)
            }
        }
        #expect(refusal("orders")?.place == "LOCK")
        main.close()
        #expect(refusal("main")?.code == .locked)
        #expect(refusal("billing")?.place == "LOCK")
        #expect(try JournalNames.list(disk) == ["billing", "main"], "a refusal makes no journal")
        try billing.append("still", to: "account-1")
        billing.close()
        let again = try World(disk, seed: 4, options: .small, journal: "main").open()
        #expect(try again.readAll().count == 3)
    }

    @Test func `One that is open is not opened again beside itself`() throws {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk)
        let error = #expect(throws: StoreError.self) { try open("main", on: disk, beside: main) }
        #expect(error?.code == .locked)
        #expect(error?.place == "journals/main/LOCK")
        try main.append("on", to: "account-1")
    }

    @Test func `Whose writer is gone is read to its last mark, also while another is written`()
        throws
    {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk, events: 1)
        let paths = JournalPaths(name: "main")
        let early = try disk.bytes(paths.watermark)
        try main.append("main 1", to: "account-1")
        main.stepIdle()
        // A power cut may leave an early state of the watermark file, which is never synced.
        let image = disk.afterProcessKill()
        try image.replace(paths.watermark, with: early)
        let billing = try open("billing", on: image, seed: 2)
        #expect(try texts("main", image) == ["main 0", "main 1"])
        let reader = try World(image, seed: 3, options: .small, journal: "main").openReadOnly()
        #expect(!reader.hasWriterElsewhere)
        let follower = try World(image, seed: 4, options: .small, journal: "billing").openReadOnly()
        #expect(follower.hasWriterElsewhere)
        try billing.append("later", to: "account-1")
        follower.refresh()
        #expect(try follower.readAll().last?.text == "later")
    }

    @Test func `A follower of one sees nothing of the other`() throws {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk)
        let billing = try open("billing", on: disk, beside: main, seed: 2)
        let follower = try World(disk, seed: 3, options: .small, journal: "main").openReadOnly()
        for number in 0..<60 {
            try billing.append(String(repeating: "b", count: 500), to: "account-\(number % 3)")
            if number.isMultiple(of: 2) {
                try main.append(String(repeating: "m", count: 300), to: "account-1")
            }
            follower.refresh()
        }
        let seen = try follower.readAll()
        #expect(seen.count == 33)
        #expect(seen.allSatisfy { !$0.text.hasPrefix("b") })
        #expect(try StoreScan(disk, journal: "billing").manifest!.segments.count > 2)
        #expect(try StoreScan(disk, journal: "main").manifest!.segments.count > 1)
    }

    @Test(arguments: [true, false])
    func `One whose manifests are lost is made again, and the other is not touched`(
        isDamaged: Bool
    ) throws {
        let disk = SimulatedDisk()
        let main = try open("main", on: disk)
        let billing = try open("billing", on: disk, beside: main, seed: 2)
        for journal in [main, billing] { journal.close() }
        let whole = try disk.files(of: "main")
        for path in disk.files() where path.contains("billing/manifest-") {
            if isDamaged { try disk.flipBit(path, 20, 1) } else { try disk.lose(path) }
        }
        let again = try open("billing", on: disk, events: 0, seed: 3)
        #expect(again.id == billing.id)
        #expect(again.notes.contains { $0.contains("manifest") })
        #expect(try again.readAll().map(\.text) == ["billing 0", "billing 1", "billing 2"])
        #expect(try disk.files(of: "main") == whole)
    }

    @Test func `One that is not there is told, with those that are`() throws {
        let disk = SimulatedDisk()
        try open("main", on: disk).close()
        try open("billing", on: disk, seed: 2).close()
        let before = disk.files()
        for isReadOnly in [true, false] {
            let world = World(disk, seed: 3, journal: "biling")
            let error = #expect(throws: StoreError.self) {
                _ = isReadOnly ? try world.openReadOnly() : try world.open(createIfMissing: false)
            }
            #expect(error?.code == .notFound)
            #expect(error?.what == "There is no journal 'biling'")
            #expect(error?.why == "the store holds 'billing', 'main'")
        }
        #expect(disk.files() == before)
    }

    @Test func `What a crash left of the making of a journal is none`() throws {
        let disk = SimulatedDisk()
        try open("main", on: disk).close()
        for call in 1...200 {
            let image = disk.copy()
            image.plan = .crash(at: call, path: "journals/billing")
            _ = try? World(image, seed: 2, options: .small, journal: "billing").open()
            if !image.hasCrashed { return #expect(call > 8) }
            let left = image.afterProcessKill()
            let names = try JournalNames.list(left)
            #expect(names == ["main"] || names == ["billing", "main"])
            #expect(try texts("main", left).count == 3)
            let billing = try open("billing", on: left, events: 1, seed: 3)
            #expect(try billing.readAll().count == 1)
            billing.close()
        }
        Issue.record("the making has no end")
    }

    @Test(arguments: ["", "Main", "a b", "../main", ".hidden", "-x", "é", "a/b"])
    func `A name that cannot be is refused, and nothing is made`(name: String) throws {
        let disk = SimulatedDisk()
        let error = #expect(throws: StoreError.self) { try World(disk, journal: name).open() }
        #expect(error?.code == .invalid)
        #expect(disk.callCount == 0)
    }
}
