import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

/// The disks that keep one contract.
enum DiskKind: CaseIterable, Sendable {
    case linux, memory, simulated

    /// Runs `body` with an empty disk of this kind, and leaves nothing behind.
    func withDisk(_ body: (any Disk) throws -> Void) throws {
        switch self {
        case .linux: try withFolder { try body(LinuxDisk(root: $0)) }
        case .memory: try body(MemoryDisk())
        case .simulated: try body(SimulatedDisk())
        }
    }
}

/// Runs `body` with a new folder of this machine and removes it afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let number = String(SystemRandomness().next(), radix: 36)
    let folder = "\(Host.environment("TMPDIR") ?? "/tmp")/daybook-\(number)"
    let disk = LinuxDisk(root: "/")
    try disk.createDirectories(folder)
    defer { try? disk.removeAll(folder) }
    try body(folder)
}

extension Disk {
    func removeAll(_ path: String) throws {
        if try isDirectory(path) {
            for name in try list(path) { try removeAll(path + "/" + name) }
        }
        try remove(path)
    }

    /// Writes a whole file and leaves it unsynced.
    func put(_ path: String, _ text: String) throws {
        let file = try open(path, .createOrOpen)
        defer { close(file) }
        try truncate(file, to: 0)
        try writeAll(file, Array(text.utf8).rawSpan, at: 0)
    }

    func put(_ file: FileID, _ bytes: [UInt8], at offset: Int) throws(Errno) {
        try writeAll(file, bytes.rawSpan, at: offset)
    }

    func text(_ path: String) throws -> String {
        let file = try open(path, .read)
        defer { close(file) }
        return String(decoding: try bytes(file), as: UTF8.self)
    }

    func bytes(_ file: FileID) throws -> [UInt8] { try bytes(file, 0..<size(file)) }

    func bytes(_ file: FileID, _ range: Range<Int>, _ mode: ReadMode = .mayBlock) throws -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0xEE, count: range.count)
        let count = try bytes.withUnsafeMutableBytes { memory in
            try readAll(file, into: memory, at: range.lowerBound, mode)
        }
        return Array(bytes.prefix(count))
    }
}
