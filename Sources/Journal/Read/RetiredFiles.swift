internal import DaybookPlatform
internal import Synchronization

/// Removes the files of segments that were replaced by copies, each once nobody reads it any more.
///
/// Not when the journal was closed: another process may write it then, and its opening has removed them.
final class RetiredFiles: Sendable {
    private let disk: any Disk
    private let isClosed = Mutex(false)

    init(_ disk: any Disk) { self.disk = disk }

    /// Removes the file of a segment, and what lies beside it.
    func remove(_ segment: String) {
        // Held meanwhile, so that nothing is removed once `close` has returned.
        isClosed.withLock { isClosed in
            if isClosed { return }
            // If one cannot be removed the next opening does.
            for path in [segment, OffsetFile.path(of: segment)] { try? disk.remove(path) }
        }
    }

    func close() { isClosed.withLock { $0 = true } }
}
