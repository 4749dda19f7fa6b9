import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

/// What a plan does to calls, and what is told about them.
@Suite struct SimulatedDiskTests {
    private func disk(_ plan: FaultPlan) throws -> (disk: SimulatedDisk, file: FileID) {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        disk.plan = plan
        return (disk, file)
    }

    @Test func `calls are counted and logged`() throws {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        try disk.put(file, [1, 2], at: 3)
        try disk.rename("a", to: "b")
        try disk.sync(file)
        disk.close(file)
        #expect(disk.callCount == 5)
        #expect(
            disk.calls.map(\.description) == [
                "1 open a", "2 write a 3..<5", "3 rename a -> b", "4 sync a", "5 close a",
            ])
    }

    @Test func `the log keeps the last calls`() throws {
        let (disk, file) = try disk(.none)
        for _ in 0..<3 * SimulatedDisk.loggedCallsMax { _ = try disk.size(file) }
        #expect(disk.calls.last?.number == disk.callCount)
        #expect(disk.calls.count >= SimulatedDisk.loggedCallsMax)
        #expect(disk.calls.count <= 2 * SimulatedDisk.loggedCallsMax)
    }

    @Test func `after the power has gone nothing works`() throws {
        let (disk, file) = try disk(.crash(at: 2))
        try disk.put(file, [1], at: 0)
        #expect(!disk.hasCrashed)
        #expect(throws: SimulatedDisk.powerLost) { try disk.sync(file) }
        #expect(disk.hasCrashed)
        #expect(throws: SimulatedDisk.powerLost) { try disk.put(file, [1], at: 0) }
        #expect(throws: SimulatedDisk.powerLost) { try disk.open("a", .read) }
        #expect(throws: SimulatedDisk.powerLost) { try disk.list("") }
        disk.close(file)
        #expect(disk.callCount == 3, "calls on a dead disk do not count")
        #expect(disk.calls.last?.description == "3 sync a (crash)")
    }

    @Test func `a fault strikes once, or for ever`() throws {
        let once = try disk(.fail(at: 2, with: .EIO))
        try once.disk.put(once.file, [1], at: 0)
        #expect(throws: Errno.EIO) { try once.disk.put(once.file, [2], at: 1) }
        try once.disk.put(once.file, [3], at: 2)
        #expect(try once.disk.bytes(once.file) == [1, 0, 3], "what failed was not written")
        #expect(once.disk.faultCount == 1)

        let ever = try disk(.fail(at: 2, with: .ENOSPC, .forEver))
        try ever.disk.put(ever.file, [1], at: 0)
        for _ in 0..<3 {
            #expect(throws: Errno.ENOSPC) { try ever.disk.put(ever.file, [2], at: 1) }
        }
        ever.disk.plan = .none
        try ever.disk.put(ever.file, [2], at: 1)
        #expect(try ever.disk.bytes(ever.file) == [1, 2])
        #expect(ever.disk.faultCount == 3)
    }

    @Test func `a fault strikes the calls it is about`() throws {
        let (disk, file) = try disk(
            .fail(at: 2, with: .EIO, only: .syncs)
                + .fail(at: 1, with: .ENOSPC, only: [.write], path: "b"))
        let other = try disk.open("b", .createNew)
        try disk.put(file, [1], at: 0)
        #expect(throws: Errno.ENOSPC) { try disk.put(other, [1], at: 0) }
        try disk.sync(file)
        #expect(throws: Errno.EIO) { try disk.syncDirectory("") }
        try disk.sync(file)
        #expect(disk.faultCount == 2)
        #expect(
            disk.plan.description == "fails: Input/output error at sync/syncDirectory 2, "
                + "fails: No space left on device at write 1 on *b*")
    }

    @Test func `a failed renaming or removal did not happen`() throws {
        let (disk, _) = try disk(.fail(at: 1, with: .EIO, .forEver, only: .changes))
        #expect(throws: Errno.EIO) { try disk.rename("a", to: "b") }
        #expect(throws: Errno.EIO) { try disk.remove("a") }
        #expect(throws: Errno.EIO) { try disk.createDirectory("c") }
        #expect(try disk.list("") == ["a"])
    }

    @Test func `a short write writes half and says so`() throws {
        let (disk, file) = try disk(.shortWrite(at: 1))
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        let count = try disk.write(file, bytes.rawSpan, at: 0)
        #expect(count == 2)
        #expect(try disk.bytes(file) == [1, 2])

        disk.plan = .shortWrite(at: 1, .forEver)
        try disk.put(file, bytes, at: 0)
        #expect(try disk.bytes(file) == bytes, "whoever goes on gets it done")
        #expect(disk.faultCount > 2)
    }

    @Test func `a full disk takes what fits, refuses the rest, and recovers`() throws {
        let (disk, file) = try disk(.none)
        disk.capacityBytes = 10
        let bytes = [UInt8](repeating: 7, count: 8)
        try disk.put(file, bytes, at: 0)
        let count = try disk.write(file, bytes.rawSpan, at: 8)
        #expect(count == 2)
        #expect(throws: Errno.ENOSPC) { try disk.put(file, [1], at: 10) }
        #expect(throws: Errno.ENOSPC) { try disk.put(file, [1], at: 500) }
        #expect(throws: Errno.ENOSPC) { try disk.allocate(file, upTo: 11) }
        try disk.put(file, bytes, at: 0)
        #expect(try disk.size(file) == 10)
        try disk.put("b", "")
        try disk.remove("a")
        #expect(throws: Errno.ENOSPC) { try disk.put("b", "1") }
        disk.close(file)
        try disk.put("b", "1234567890")
        disk.capacityBytes = nil
        try disk.put("b", "12345678901")
    }

    @Test func `a cold disk does not serve who will not wait`() throws {
        let (disk, file) = try disk(.none)
        try disk.put(file, [1], at: 0)
        disk.servesCachedReads = false
        #expect(throws: Errno.EAGAIN) { try disk.bytes(file, 0..<1, .cachedOnly) }
        #expect(try disk.bytes(file, 0..<1) == [1])
    }

    @Test func `rot changes one bit, for those who read and after a power cut`() throws {
        let (disk, file) = try disk(.none)
        try disk.put(file, [0, 0, 0], at: 0)
        try disk.sync(file)
        try disk.syncDirectory("")
        let copy = disk.copy()
        try disk.flipBit("a", 1, 7)
        try disk.flipBit("a", 100, 7)
        #expect(try disk.bytes("a") == [0, 128, 0])
        #expect(try disk.bytes(file) == [0, 128, 0])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == [0, 128, 0])
        #expect(try copy.bytes("a") == [0, 0, 0])
    }

    @Test func `files are replaced, added and lost behind the back`() throws {
        let (disk, _) = try disk(.none)
        try disk.createDirectory("folder")
        let calls = disk.callCount
        try disk.replace("a", with: [1, 2])
        try disk.replace("folder/b", with: [3])
        #expect(disk.files() == ["a", "folder/b"])
        #expect(try disk.bytes("a") == [1, 2])
        try disk.lose("a")
        #expect(disk.files() == ["folder/b"])
        #expect(throws: Errno.ENOENT) { try disk.bytes("a") }
        #expect(throws: Errno.EISDIR) { try disk.bytes("folder") }
        #expect(disk.callCount == calls)
    }
}
