internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// The lock of a store: one process writes. Held until released, or until the process ends.
final class StoreLock: Sendable {
    private let file: Mutex<OpenFile?>

    /// Takes the lock.
    /// - Parameter folder: the journal's folder. It is made, and its name made durable, also where it can be
    ///   seen: whoever made it may have ended before that.
    /// - Throws: `locked`, `diskFull`, `readOnly`, `inputOutput`.
    init(_ environment: JournalEnvironment, makes folder: String) throws(StoreError) {
        let disk = environment.disk
        let path = JournalPaths.lock
        let isFree: Bool
        let opened: OpenFile
        do throws(Errno) {
            try disk.createDirectories(JournalPaths.segments)
            try disk.createDirectories(folder)
            opened = try OpenFile(disk, path, .createOrOpen)
            isFree = try disk.lock(opened.id)
        } catch {
            throw .inputOutput("The store cannot be opened for writing", path, error)
        }
        guard isFree else { throw .locked(path, holder: Self.holder(opened)) }
        var text = ByteWriter()
        let process = "process \(environment.process)"
        text.append(process)
        text.appendZeros(max(0, 32 - process.utf8.count))
        // For people only; the lock itself is the system's.
        try? opened.writeAll(text.bytes, at: 0)
        file = Mutex(opened)
    }

    func release() { file.withLock { $0 = nil } }

    /// Whether some process has the store open for writing; false where there is no lock to ask.
    static func isHeld(_ disk: any Disk) -> Bool {
        guard let file = try? OpenFile(disk, JournalPaths.lock, .read) else { return false }
        return (try? disk.isLocked(file.id)) ?? false
    }

    private static func holder(_ file: OpenFile) -> String {
        guard let bytes = try? file.read(32, at: 0) else { return "another process" }
        let text = bytes.bytes.text().prefix { $0 != "\0" }
        return text.isEmpty ? "another process" : String(text)
    }
}
