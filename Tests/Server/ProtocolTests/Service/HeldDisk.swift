import DaybookPlatform
import DaybookSimulation

/// A disk of which nothing is in memory while it is held: whoever may wait for it does, until it is let go.
final class HeldDisk: ForwardingDisk {
    let base: any Disk = MemoryDisk()
    private let isHeld = Monitor(false)

    func hold() { isHeld.withLock { $0 = true } }

    func letGo() {
        isHeld.withLock { $0 = false }
        isHeld.broadcast()
    }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if mode == .cachedOnly && isHeld.withLock({ $0 }) { throw .EAGAIN }
        isHeld.wait(until: { !$0 }, then: { _ in })
        return try base.read(file, into: buffer, at: offset, mode)
    }
}
