import DaybookPlatform
import DaybookSimulation
import Synchronization

/// A disk that can forget what it has in memory, and tells of the files of segments, or of others, what was asked for,
/// and what was waited for.
final class AbsentDisk: ForwardingDisk {
    enum Call: Hashable {
        /// Begun to be read, without waiting.
        case asked(path: String, page: Int)
        /// Read from the device, and waited for.
        case waited(path: String, page: Int)
    }
    private struct Page: Hashable {
        var path: String
        var number: Int
    }
    private struct State {
        var paths: [FileID: String] = [:]
        var inMemory: Set<Page> = []
        var calls: [Call] = []
    }
    static let pageBytes = 512
    let base: any Disk
    private let parts: [String]
    private let state = Mutex(State())

    /// - Parameter parts: of the paths of the files of which it tells.
    init(_ base: any Disk, watching parts: [String] = ["/segments/"]) {
        self.base = base
        self.parts = parts
    }

    /// What was called since it was told to forget.
    var calls: [Call] { state.withLock { $0.calls } }

    /// Forgets all it has in memory, and what was called.
    func forget() {
        state.withLock { state in
            state.inMemory = []
            state.calls = []
        }
    }

    func forgetCalls() { state.withLock { $0.calls = [] } }

    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        let file = try base.open(path, mode)
        state.withLock { $0.paths[file] = path }
        return file
    }

    private static func pages(_ path: String, _ range: Range<Int>) -> [Page] {
        let first = range.lowerBound / pageBytes
        let last = max(first, (range.upperBound - 1) / pageBytes)
        return (first...last).map { Page(path: path, number: $0) }
    }

    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        let range = offset..<offset + buffer.count
        let isThere = state.withLock { state in
            guard let path = state.paths[file], parts.contains(where: path.contains) else {
                return true
            }
            let missing = Self.pages(path, range).filter { !state.inMemory.contains($0) }
            if mode == .cachedOnly { return missing.isEmpty }
            for page in missing {
                state.inMemory.insert(page)
                state.calls.append(.waited(path: page.path, page: page.number))
            }
            return true
        }
        if !isThere { throw .EAGAIN }
        return try base.read(file, into: buffer, at: offset, mode)
    }

    func startReadahead(_ file: FileID, _ range: Range<Int>) {
        state.withLock { state in
            guard let path = state.paths[file] else { return }
            state.calls += Self.pages(path, range).map { .asked(path: $0.path, page: $0.number) }
        }
    }
}
