import DaybookPlatform
import DaybookSimulation

/// A disk of which now and then something is not in memory: whoever must not wait for it has to ask again.
final class ForgetfulDisk: ForwardingDisk {
    let base: any Disk = MemoryDisk()
    private let chance: SeededRandomness

    init(seed: UInt64) { chance = SeededRandomness(seed: seed) }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if mode == .cachedOnly && chance.chance(1, in: 4) { throw .EAGAIN }
        return try base.read(file, into: buffer, at: offset, mode)
    }
}
