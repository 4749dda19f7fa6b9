import DaybookPlatform
import Foundation
import Synchronization

/// A file system in a file, whose power can be cut: from then on nothing more of it reaches the file.
///
/// Mounting is for root, and not for every root: tests that need it are skipped elsewhere.
final class LoopDisk: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case ext4, xfs

        /// Tried out, the cut included.
        var isPossible: Bool { Self.possible.contains(self) }

        var absence: String {
            "\(rawValue) in a file can be made and mounted by root only, and not everywhere"
        }

        private static let possible = Set(
            allCases.filter { kind in
                guard let disk = try? LoopDisk(kind) else { return false }
                return (try? disk.cutPower(.dropsLog)) != nil && (try? disk.mountAgain()) != nil
            })
    }

    /// What becomes of the log of the file system at the cut: the argument of its system call.
    enum Cut: UInt32, Sendable {
        case keepsLog = 1
        case dropsLog = 2
    }

    /// `_IOR('X', 125, __u32)`: the file systems' own means of being tested this way.
    private static let shutdownRequest: UInt = 0x8004_587D

    let path: String
    private let image: String
    private let kind: Kind
    private let isOn = Atomic(true)

    /// Until the power is being cut. What is told to be durable later may not be: a sync that ext4 does at that moment
    /// ends well though blocks that had only been set aside are not marked as written any more, and read as zeros.
    var hasPower: Bool { isOn.load(ordering: .acquiring) }

    /// Makes the file, sparse, a file system in it, and mounts that.
    init(_ kind: Kind) throws {
        self.kind = kind
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-loop-\(UUID().uuidString)").path
        image = path + ".image"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            // The least that mkfs.xfs takes is 300 MB.
            try Self.run(["truncate", "-s", "512M", image])
            try Self.run(["mkfs.\(kind.rawValue)", "-q", image])
            try mount()
        } catch {
            removeFiles()
            throw error
        }
    }

    deinit {
        // Lazily, where a process still has something open.
        try? Self.run(["umount", "-l", path])
        removeFiles()
    }

    /// Nothing is written from now on, and every call on a file of it fails.
    func cutPower(_ cut: Cut) throws {
        let folder = open(path, O_RDONLY)
        guard folder >= 0 else { throw Refused(why: "\(path): \(errno)") }
        defer { close(folder) }
        isOn.store(false, ordering: .sequentiallyConsistent)
        var flags = cut.rawValue
        // Safe: the request reads the one value it is given.
        guard ioctl(folder, Self.shutdownRequest, &flags) == 0 else {
            throw Refused(why: "\(kind.rawValue) cannot be cut off: \(errno)")
        }
    }

    /// What the power comes back to. Nobody may have anything open; whoever ends just now is waited for.
    func mountAgain() throws {
        var triesLeft = 500
        while true {
            do {
                try Self.run(["umount", path])
                break
            } catch {
                triesLeft -= 1
                if triesLeft == 0 { throw error }
                usleep(20_000)
            }
        }
        try mount()
        isOn.store(true, ordering: .releasing)
    }

    private func mount() throws { try Self.run(["mount", "-o", "loop", image, path]) }

    private func removeFiles() {
        for file in [path, image] { try? FileManager.default.removeItem(atPath: file) }
    }

    private static func run(_ words: [String]) throws {
        // mkfs lies where only root looks for programs.
        let path = "/usr/sbin:/sbin:" + (Host.environment("PATH") ?? "/usr/bin:/bin")
        let ended = try Subprocess.run("env", ["PATH=\(path)"] + words)
        guard ended.status.isSuccess else { throw Refused(why: ended.complaints) }
    }
}
