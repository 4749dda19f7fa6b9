import DaybookPlatform

/// A disk of which now and then something is not in memory: whoever must not wait for it has to ask again.
final class ForgetfulDisk: Disk {
    private let base = MemoryDisk()
    private let chance: SeededRandomness

    init(seed: UInt64) { chance = SeededRandomness(seed: seed) }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        try base.open(path, mode)
    }
    func close(_ file: FileID) { base.close(file) }
    func size(_ file: FileID) throws(Errno) -> Int { try base.size(file) }
    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if mode == .cachedOnly && chance.chance(1, in: 4) { throw .EAGAIN }
        return try base.read(file, into: buffer, at: offset, mode)
    }
    func write(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) -> Int {
        try base.write(file, bytes, at: offset)
    }
    func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        try base.allocate(file, upTo: size)
    }
    func truncate(_ file: FileID, to size: Int) throws(Errno) {
        try base.truncate(file, to: size)
    }
    func startWriteback(_ file: FileID, _ range: Range<Int>) { base.startWriteback(file, range) }
    func sync(_ file: FileID) throws(Errno) { try base.sync(file) }
    func createDirectory(_ path: String) throws(Errno) { try base.createDirectory(path) }
    func syncDirectory(_ path: String) throws(Errno) { try base.syncDirectory(path) }
    func list(_ path: String) throws(Errno) -> [String] { try base.list(path) }
    func rename(_ path: String, to target: String) throws(Errno) {
        try base.rename(path, to: target)
    }
    func remove(_ path: String) throws(Errno) { try base.remove(path) }
    func lock(_ file: FileID) throws(Errno) -> Bool { try base.lock(file) }
    func isLocked(_ file: FileID) throws(Errno) -> Bool { try base.isLocked(file) }
}
