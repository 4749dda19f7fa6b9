import DaybookPlatform
import DaybookSimulation
import Testing

/// What a power cut leaves of the content of files.
@Suite struct CrashedFileTests {
    static let seeds = 0..<400 as Range<UInt64>

    /// A disk with one durable file of these bytes.
    private func disk(_ bytes: [UInt8]) throws -> (disk: SimulatedDisk, file: FileID) {
        let disk = SimulatedDisk()
        let file = try disk.open("a", .createNew)
        try disk.put(file, bytes, at: 0)
        try disk.sync(file)
        try disk.syncDirectory("")
        return (disk, file)
    }

    private func sectors(_ byte: UInt8, _ count: Int = 1) -> [UInt8] {
        [UInt8](repeating: byte, count: 512 * count)
    }

    /// The contents that power cuts leave, each once.
    private func outcomes(_ disk: SimulatedDisk) throws -> Set<[UInt8]> {
        try Set(Self.seeds.map { try disk.afterCrash(seed: $0).bytes("a") })
    }

    @Test func `what was synced survives every power cut`() throws {
        let (disk, _) = try disk(sectors(1, 20))
        #expect(try outcomes(disk) == [sectors(1, 20)])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == sectors(1, 20))
    }

    @Test func `what was not synced may survive or not`() throws {
        let (disk, file) = try disk(sectors(1))
        try disk.put(file, sectors(2), at: 0)
        #expect(try outcomes(disk) == [sectors(1), sectors(2)])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("a") == sectors(1))
        #expect(try disk.bytes(file) == sectors(2))
    }

    @Test func `each sector is old or new, in any combination, and never torn`() throws {
        let (disk, file) = try disk(sectors(1, 4))
        try disk.put(file, sectors(2, 4), at: 0)
        let combinations = try outcomes(disk).map { bytes in
            stride(from: 0, to: bytes.count, by: 512).map { at in
                let sector = Set(bytes[at..<at + 512])
                #expect(sector.count == 1, "a sector holds one version")
                return sector.first!
            }
        }
        #expect(Set(combinations).count == 16)
    }

    @Test func `a sector written several times has any of its versions`() throws {
        let (disk, file) = try disk(sectors(1))
        for byte in 2...4 as ClosedRange<UInt8> { try disk.put(file, sectors(byte), at: 0) }
        #expect(try outcomes(disk) == [sectors(1), sectors(2), sectors(3), sectors(4)])
    }

    @Test func `a part of a sector goes with the rest of it as it was then`() throws {
        let (disk, file) = try disk([0, 0, 0, 0])
        try disk.put(file, [1, 1], at: 0)
        try disk.put(file, [2, 2], at: 1)
        #expect(try outcomes(disk) == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 2, 2, 0]])
    }

    @Test func `a file may have grown without the bytes, and never has bytes without the size`()
        throws
    {
        let (disk, file) = try disk([7])
        try disk.put(file, [8, 8], at: 1)
        #expect(try outcomes(disk) == [[7], [7, 0, 0], [7, 8, 8]])
        let (other, grown) = try self.disk([7])
        try other.allocate(grown, upTo: 3)
        #expect(try outcomes(other) == [[7], [7, 0, 0]])
    }

    @Test func `a later batch may survive without an earlier one`() throws {
        let (disk, file) = try disk([])
        try disk.put(file, sectors(1), at: 0)
        try disk.put(file, sectors(2), at: 512)
        let outcomes = try outcomes(disk)
        #expect(outcomes.contains(sectors(0) + sectors(2)))
        #expect(outcomes.contains(sectors(1) + sectors(0)))
        #expect(outcomes.contains(sectors(1) + sectors(2)))
        #expect(outcomes.contains([]))
    }

    @Test func `a cut takes its bytes with it, or has not happened`() throws {
        let (disk, file) = try disk(sectors(1, 2))
        try disk.truncate(file, to: 100)
        #expect(try outcomes(disk) == [sectors(1, 2), Array(sectors(1).prefix(100))])
        // Grown again: zeros, or what was written since; what was cut off never comes back.
        try disk.put(file, sectors(2), at: 512)
        for bytes in try outcomes(disk) where bytes != sectors(1, 2) {
            #expect(Set(bytes.prefix(100)) == [1])
            #expect(Set(bytes.dropFirst(100).prefix(412)).isSubset(of: [0]))
            #expect(Set(bytes.dropFirst(512)).isSubset(of: [0, 2]))
        }
    }

    @Test func `a sync covers one file, and what was written before it`() throws {
        let (disk, file) = try disk(sectors(1))
        try disk.put("b", "b")
        try disk.syncDirectory("")
        try disk.put(file, sectors(2), at: 0)
        try disk.sync(file)
        try disk.put(file, sectors(3), at: 0)
        #expect(try outcomes(disk) == [sectors(2), sectors(3)])
        #expect(try disk.afterPowerCutLosingAllUnsynced().bytes("b") == [])
    }

    @Test func `a failed sync forgets, and no later sync remembers`() throws {
        let (disk, file) = try disk(sectors(1, 2))
        try disk.put(file, sectors(2, 2), at: 0)
        disk.plan = .fail(at: 1, with: .EIO)
        #expect(throws: Errno.EIO) { try disk.sync(file) }
        #expect(try disk.bytes(file) == sectors(2, 2), "readers see it on")
        try disk.sync(file)
        #expect(try outcomes(disk) == [sectors(1, 2)], "the second sync has written nothing")
        try disk.put(file, sectors(3), at: 512)
        try disk.sync(file)
        #expect(try outcomes(disk) == [sectors(1) + sectors(3)])
        #expect(try disk.afterProcessKill().bytes("a") == sectors(2) + sectors(3))
    }

    @Test func `a write that the power cut hits may have happened, a sync has not`() throws {
        let (disk, file) = try disk(sectors(1))
        disk.plan = .crash(at: 1)
        #expect(throws: SimulatedDisk.powerLost) { try disk.put(file, sectors(2), at: 0) }
        #expect(try outcomes(disk) == [sectors(1), sectors(2)])

        let (other, synced) = try self.disk(sectors(1))
        try other.put(synced, sectors(2), at: 0)
        other.plan = .crash(at: 1)
        #expect(throws: SimulatedDisk.powerLost) { try other.sync(synced) }
        #expect(try outcomes(other) == [sectors(1), sectors(2)])
    }

    @Test func `the end of the process keeps all bytes and drops the locks`() throws {
        let (disk, file) = try disk(sectors(1))
        #expect(try disk.lock(file))
        try disk.put(file, sectors(2), at: 0)
        let after = disk.afterProcessKill()
        #expect(try after.bytes("a") == sectors(2))
        #expect(throws: Errno.EBADF) { try after.size(file) }
        let again = try after.open("a", .readWrite)
        #expect(try after.lock(again))
        // They are no more durable than before.
        #expect(try outcomes(after) == [sectors(1), sectors(2)])
        try after.sync(again)
        #expect(try outcomes(after) == [sectors(2)])
    }

    @Test func `the same seed leaves the same disk`() throws {
        let (disk, file) = try disk(sectors(1, 8))
        for byte in 2...9 as ClosedRange<UInt8> {
            try disk.put(file, sectors(byte, 3), at: 512 * Int(byte - 2))
        }
        for name in ["c", "d", "e"] { try disk.put(name, name) }
        for seed in Self.seeds {
            let (one, two) = (disk.afterCrash(seed: seed), disk.afterCrash(seed: seed))
            #expect(one.files() == two.files())
            #expect(
                try one.files().map { try one.bytes($0) } == two.files().map { try two.bytes($0) })
        }
    }

    @Test func `an image is a disk of its own`() throws {
        let (disk, file) = try disk(sectors(1))
        let image = disk.afterCrash(seed: 1)
        #expect(image.callCount == 0 && !image.hasCrashed)
        try disk.put(file, sectors(2), at: 0)
        let other = try image.open("a", .readWrite)
        try image.put(other, sectors(3), at: 0)
        #expect(try disk.bytes(file) == sectors(2))
        #expect(try image.bytes("a") == sectors(3))
        #expect(try image.afterPowerCutLosingAllUnsynced().bytes("a") == sectors(1))
    }
}
