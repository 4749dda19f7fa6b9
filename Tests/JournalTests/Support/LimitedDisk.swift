import DaybookPlatform
import DaybookSimulation
import Synchronization

/// A disk that counts the files that are open, and lets no more be opened than it may.
final class LimitedDisk: ForwardingDisk {
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
}
