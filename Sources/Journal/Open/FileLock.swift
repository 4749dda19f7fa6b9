internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The lock on a file. Held as long as somebody refers to it, or until the process ends.
final class FileLock: Sendable {
    private let file: OpenFile

    private init(_ file: OpenFile) { self.file = file }

    /// Takes the lock; the file is made where there is none.
    /// - Throws: `locked`, `diskFull`, `readOnly`, `inputOutput`.
    static func take(
        _ environment: JournalEnvironment, _ path: String
    ) throws(StoreError) -> FileLock {
        let isFree: Bool
        let opened: OpenFile
        do throws(Errno) {
            opened = try OpenFile(environment.disk, path, .createOrOpen)
            // Whoever held it may have removed it, with all that was made for a journal that came to nothing; and somebody
            // may hold another one of that name since.
            isFree = try opened.lock() ? try opened.isNamed(path) : false
        } catch {
            throw .inputOutput("The store cannot be opened for writing", path, error)
        }
        guard isFree else { throw .locked(path, holder: holder(opened)) }
        var text = ByteWriter()
        let process = "process \(environment.process)"
        text.append(process)
        text.appendZeros(max(0, 32 - process.utf8.count))
        // For people only; the lock itself is the system's.
        try? opened.writeAll(text.bytes, at: 0)
        return FileLock(opened)
    }

    /// Whether somebody holds the lock; false where there is no file to ask.
    static func isHeld(_ disk: any Disk, _ path: String) -> Bool {
        guard let file = try? OpenFile(disk, path, .read) else { return false }
        return (try? file.isLocked()) ?? false
    }

    private static func holder(_ file: OpenFile) -> String {
        guard let bytes = try? file.read(32, at: 0) else { return "another process" }
        let text = bytes.bytes.text().prefix { $0 != "\0" }
        return text.isEmpty ? "another process" : String(text)
    }
}
