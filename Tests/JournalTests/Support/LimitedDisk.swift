import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Synchronization

/// A disk that counts the files that are open, and lets no more be opened than it may.
final class LimitedDisk: Disk {
    private struct State {
        var open: Set<FileID> = []
        var opened: [String] = []
        var openMax = Int.max
        var openMost = 0
        var duringRead: (@Sendable () -> Void)?
    }
    let base: any Disk
    private let state = Mutex(State())

    init(_ base: any Disk) { self.base = base }

    /// Files that are open.
    var openCount: Int { state.withLock { $0.open.count } }
    /// The most that were open at a time.
    var openMost: Int { state.withLock { $0.openMost } }
    /// Files opened since the beginning.
    var opened: Int { state.withLock { $0.opened.count } }
    /// Their paths.
    var openedPaths: [String] { state.withLock { $0.opened } }
    var openMax: Int {
        get { state.withLock { $0.openMax } }
        set { state.withLock { $0.openMax = newValue } }
    }

    /// Does something once, in the middle of the next read.
    func duringRead(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.duringRead = body }
    }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        if state.withLock({ $0.open.count >= $0.openMax }) { throw .EMFILE }
        let file = try base.open(path, mode)
        state.withLock { state in
            state.open.insert(file)
            state.opened.append(path)
            state.openMost = max(state.openMost, state.open.count)
        }
        return file
    }

    func close(_ file: FileID) {
        // First: the base may give the same number to the next one.
        state.withLock { _ = $0.open.remove(file) }
        base.close(file)
    }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        let body = state.withLock { state in
            defer { state.duringRead = nil }
            return state.duringRead
        }
        body?()
        return try base.read(file, into: buffer, at: offset, mode)
    }

    func size(_ file: FileID) throws(Errno) -> Int { try base.size(file) }
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
