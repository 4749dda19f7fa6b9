import DaybookPlatform
import Foundation

/// A file system of a few megabytes, in memory, that can be filled, or made read-only.
///
/// Mounting is for root, and not for every root: tests that need it are skipped elsewhere.
final class TinyDisk: Sendable {
    static let isPossible: Bool = {
        guard let disk = try? TinyDisk(megabytes: 1) else { return false }
        return (try? disk.setReadOnly(true)) != nil
    }()

    static let absence = "a file system can be mounted by root only, and not everywhere"

    let path: String

    init(megabytes: Int) throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-tiny-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            try Self.run(["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    deinit {
        // Lazily, where a process still has something open.
        try? Self.run(["umount", "-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    func setReadOnly(_ isReadOnly: Bool) throws {
        try Self.run(["mount", "-o", "remount," + (isReadOnly ? "ro" : "rw"), path])
    }

    /// Takes up room with a file.
    func takeUp(kilobytes: Int) throws {
        try Data(count: kilobytes << 10).write(to: URL(filePath: path + "/ballast"))
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

    private static func run(_ words: [String]) throws {
        let ended = try Subprocess.run(words[0], Array(words.dropFirst()))
        guard ended.status.isSuccess else { throw Refused(why: ended.complaints) }
    }
}
