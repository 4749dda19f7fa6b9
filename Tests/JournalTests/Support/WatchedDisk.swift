import DaybookPlatform
import DaybookSimulation
import Synchronization

/// A simulated disk that tells of every call before it is made.
final class WatchedDisk: Disk {
    let base: SimulatedDisk
    private let hook = Mutex<(@Sendable (DiskCall.Kind) -> Void)?>(nil)

    init(_ base: SimulatedDisk) { self.base = base }

    func onCall(_ body: (@Sendable (DiskCall.Kind) -> Void)?) { hook.withLock { $0 = body } }

    private func tell(_ kind: DiskCall.Kind) { hook.withLock { $0 }?(kind) }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        tell(.open)
        return try base.open(path, mode)
    }
    func close(_ file: FileID) { base.close(file) }
    func size(_ file: FileID) throws(Errno) -> Int { try base.size(file) }
    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        try base.read(file, into: buffer, at: offset, mode)
    }
    func write(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) -> Int {
        tell(.write)
        return try base.write(file, bytes, at: offset)
    }
    func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        tell(.allocate)
        try base.allocate(file, upTo: size)
    }
    func truncate(_ file: FileID, to size: Int) throws(Errno) { try base.truncate(file, to: size) }
    func startWriteback(_ file: FileID, _ range: Range<Int>) { base.startWriteback(file, range) }
    func sync(_ file: FileID) throws(Errno) {
        tell(.sync)
        try base.sync(file)
    }
    func createDirectory(_ path: String) throws(Errno) { try base.createDirectory(path) }
    func syncDirectory(_ path: String) throws(Errno) {
        tell(.syncDirectory)
        try base.syncDirectory(path)
    }
    func list(_ path: String) throws(Errno) -> [String] { try base.list(path) }
    func rename(_ path: String, to target: String) throws(Errno) {
        tell(.rename)
        try base.rename(path, to: target)
    }
    func remove(_ path: String) throws(Errno) {
        tell(.remove)
        try base.remove(path)
    }
    func lock(_ file: FileID) throws(Errno) -> Bool { try base.lock(file) }
    func isLocked(_ file: FileID) throws(Errno) -> Bool { try base.isLocked(file) }
}
