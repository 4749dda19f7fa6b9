import DaybookPlatform
import DaybookSimulation
import Synchronization

/// A simulated disk that tells of calls before they are made.
final class WatchedDisk: Disk {
    let base: SimulatedDisk
    private let kinds: Set<DiskCall.Kind>
    private let hook = Mutex<(@Sendable (DiskCall.Kind) -> Void)?>(nil)

    /// - Parameter kinds: the calls of which it tells; all but `close` and `startWriteback` may be.
    init(_ base: SimulatedDisk, tellsOf kinds: Set<DiskCall.Kind>) {
        self.base = base
        self.kinds = kinds
    }

    func onCall(_ body: (@Sendable (DiskCall.Kind) -> Void)?) { hook.withLock { $0 = body } }

    private func tell(_ kind: DiskCall.Kind) {
        if kinds.contains(kind) { hook.withLock { $0 }?(kind) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        tell(.open)
        return try base.open(path, mode)
    }
    func close(_ file: FileID) { base.close(file) }
    func size(_ file: FileID) throws(Errno) -> Int {
        tell(.size)
        return try base.size(file)
    }
    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        tell(.read)
        return try base.read(file, into: buffer, at: offset, mode)
    }
    func write(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) -> Int {
        tell(.write)
        return try base.write(file, bytes, at: offset)
    }
    func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        tell(.allocate)
        try base.allocate(file, upTo: size)
    }
    func allocatedSize(_ file: FileID) throws(Errno) -> Int {
        try base.allocatedSize(file)
    }
    func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno) {
        tell(.giveBack)
        try base.giveBack(file, range)
    }
    func truncate(_ file: FileID, to size: Int) throws(Errno) {
        tell(.truncate)
        try base.truncate(file, to: size)
    }
    func startWriteback(_ file: FileID, _ range: Range<Int>) { base.startWriteback(file, range) }
    func sync(_ file: FileID) throws(Errno) {
        tell(.sync)
        try base.sync(file)
    }
    func createDirectory(_ path: String) throws(Errno) {
        tell(.createDirectory)
        try base.createDirectory(path)
    }
    func syncDirectory(_ path: String) throws(Errno) {
        tell(.syncDirectory)
        try base.syncDirectory(path)
    }
    func list(_ path: String) throws(Errno) -> [String] {
        tell(.list)
        return try base.list(path)
    }
    func rename(_ path: String, to target: String) throws(Errno) {
        tell(.rename)
        try base.rename(path, to: target)
    }
    func remove(_ path: String) throws(Errno) {
        tell(.remove)
        try base.remove(path)
    }
    func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool {
        tell(.isNamed)
        return try base.isNamed(file, path)
    }
    func lock(_ file: FileID) throws(Errno) -> Bool {
        tell(.lock)
        return try base.lock(file)
    }
    func isLocked(_ file: FileID) throws(Errno) -> Bool {
        tell(.isLocked)
        return try base.isLocked(file)
    }
}
