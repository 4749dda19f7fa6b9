import DaybookPlatform
import DaybookSimulation
import Testing

/// What a power cut leaves of names.
@Suite struct CrashedNamesTests {
    static let seeds = 0..<400 as Range<UInt64>

    /// The lists of files that power cuts leave, each once.
    private func outcomes(_ disk: SimulatedDisk, _ order: NameOrder) -> Set<[String]> {
        Set(Self.seeds.map { disk.afterCrash(seed: $0, names: order).files() })
    }

    @Test(arguments: NameOrder.allCases)
    func `syncing a file does not make its name durable`(order: NameOrder) throws {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        try disk.put(file, [1], at: 0)
        try disk.sync(file)
        #expect(disk.afterPowerCutLosingAllUnsynced().files() == [])
        #expect(outcomes(disk, order) == [[], ["a"]])
        try disk.syncDirectory("")
        #expect(outcomes(disk, order) == [["a"]])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == [1])
    }

    @Test func `a durable name does not make the content durable`() throws {
        let disk = SimulatedDisk()
        try disk.put("a", "text")
        try disk.syncDirectory("")
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == [])
    }

    @Test(arguments: NameOrder.allCases)
    func `a renaming that was not synced has happened or not`(order: NameOrder) throws {
        let disk = SimulatedDisk()
        try disk.put("a", "old")
        try disk.put("b", "new")
        try disk.syncDirectory("")
        try disk.rename("b", to: "a")
        #expect(outcomes(disk, order) == [["a", "b"], ["a"]])
        #expect(disk.afterPowerCutLosingAllUnsynced().files() == ["a", "b"])
        try disk.syncDirectory("")
        #expect(outcomes(disk, order) == [["a"]])
    }

    @Test(arguments: NameOrder.allCases)
    func `a removal that was not synced may be undone, with the bytes`(order: NameOrder) throws {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        try disk.put(file, [1], at: 0)
        try disk.sync(file)
        try disk.syncDirectory("")
        disk.close(file)
        try disk.remove("a")
        #expect(disk.files() == [])
        #expect(outcomes(disk, order) == [["a"], []])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == [1])
        try disk.syncDirectory("")
        #expect(outcomes(disk, order) == [[]])
    }

    @Test func `a journal keeps the first changes, without one any may survive`() throws {
        let disk = SimulatedDisk()
        for name in ["a", "b", "c"] { try disk.put(name, "") }
        #expect(outcomes(disk, .asMade) == [[], ["a"], ["a", "b"], ["a", "b", "c"]])
        #expect(outcomes(disk, .any).count == 8)
    }

    @Test func `without a journal changes may even happen in another order`() throws {
        let disk = SimulatedDisk()
        for name in ["a", "b"] { try disk.put(name, name) }
        for name in ["a", "b"] {
            let file = try disk.open(name, .read)
            try disk.sync(file)
            disk.close(file)
        }
        try disk.syncDirectory("")
        try disk.rename("a", to: "c")
        try disk.rename("b", to: "c")
        func contents(_ order: NameOrder) throws -> Set<String> {
            try Set(
                Self.seeds.compactMap { seed in
                    let image = disk.afterCrash(seed: seed, names: order)
                    guard image.files() == ["c"] else { return nil }
                    return String(decoding: try image.bytes("c"), as: UTF8.self)
                })
        }
        #expect(try contents(.asMade) == ["b"])
        #expect(try contents(.any) == ["a", "b"])
    }

    @Test(arguments: NameOrder.allCases)
    func `each folder is synced by itself, and a lost folder takes its files along`(
        order: NameOrder
    ) throws {
        let disk = SimulatedDisk()
        try disk.createDirectory("x")
        try disk.put("x/a", "")
        try disk.syncDirectory("x")
        #expect(outcomes(disk, order) == [[], ["x/a"]])
        try disk.put("b", "")
        try disk.syncDirectory("")
        #expect(outcomes(disk, order) == [["b", "x/a"]])
        try disk.put("x/c", "")
        try disk.syncDirectory("")
        #expect(outcomes(disk, order) == [["b", "x/a"], ["b", "x/a", "x/c"]])
    }

    @Test(arguments: NameOrder.allCases)
    func `a renaming across folders is durable when both are synced`(order: NameOrder) throws {
        let disk = SimulatedDisk()
        try disk.createDirectories("x")
        try disk.createDirectories("y")
        try disk.put("x/a", "")
        try disk.syncDirectory("x")
        try disk.rename("x/a", to: "y/a")
        try disk.syncDirectory("y")
        #expect(outcomes(disk, order) == [["x/a"], ["y/a"]])
        try disk.syncDirectory("x")
        #expect(outcomes(disk, order) == [["y/a"]])
    }

    @Test(arguments: NameOrder.allCases)
    func `a failed sync of a folder forgets its changes`(order: NameOrder) throws {
        let disk = SimulatedDisk()
        try disk.put("a", "")
        disk.plan = .fail(at: 1, with: .EIO, only: .syncs)
        #expect(throws: Errno.EIO) { try disk.syncDirectory("") }
        try disk.syncDirectory("")
        #expect(disk.files() == ["a"])
        #expect(outcomes(disk, order) == [[]])
    }

    @Test func `a renaming that the power cut hits may have happened`() throws {
        let disk = SimulatedDisk()
        try disk.put("a", "")
        try disk.syncDirectory("")
        disk.plan = .crash(at: 1)
        #expect(throws: SimulatedDisk.powerLost) { try disk.rename("a", to: "b") }
        #expect(outcomes(disk, .any) == [["a"], ["b"]])
    }

    @Test func `what only an open file kept is lost with the process`() throws {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        try disk.put(file, [1], at: 0)
        try disk.remove("a")
        #expect(try disk.bytes(file) == [1])
        #expect(disk.afterProcessKill().files() == [])
    }
}
