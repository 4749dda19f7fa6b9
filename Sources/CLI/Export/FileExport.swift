internal import DaybookBytes
internal import DaybookPlatform

/// A file written aside and given its name when it is complete, so that nobody ever sees half of
/// it.
struct FileExport: ~Copyable {
    private let disk: LinuxDisk
    private let path: String
    private let aside: String
    private let file: FileID
    private var encoder: ZstdEncoder?
    private var pending = ByteWriter(capacity: 1 << 17)
    private var isNamed = false
    /// Bytes of the file so far.
    private(set) var bytes = 0

    /// - Parameter path: absolute; packed where it ends in `.zst`.
    init(_ path: String) throws(Failure) {
        let disk = LinuxDisk(root: "/")
        let aside = String(path.dropFirst()) + ".partial"
        let file: FileID
        do {
            file = try disk.open(aside, .createOrOpen)
            try disk.truncate(file, to: 0)
        } catch {
            throw .file(path, "written", error)
        }
        self.disk = disk
        self.path = path
        self.aside = aside
        self.file = file
        encoder = path.hasSuffix(".zst") ? ZstdEncoder() : nil
    }

    deinit {
        disk.close(file)
        if !isNamed { try? disk.remove(aside) }
    }

    mutating func write(_ line: borrowing RawSpan) throws {
        pending.append(line)
        if pending.count >= 1 << 16 { try drain(isLast: false) }
    }

    /// Makes the file durable and gives it its name.
    mutating func finish() throws {
        try drain(isLast: true)
        do {
            try disk.sync(file)
            let name = String(path.dropFirst())
            try disk.rename(aside, to: name)
            isNamed = true
            try disk.syncDirectory(name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "")
        } catch {
            throw Failure.file(path, "written", error)
        }
    }

    private mutating func drain(isLast: Bool) throws {
        var encoder = encoder.take()
        defer { self.encoder = encoder.take() }
        var at = bytes
        let (disk, file) = (disk, file)
        do {
            func write(_ piece: RawSpan) throws {
                try disk.writeAll(file, piece, at: at)
                at += piece.byteCount
            }
            if encoder != nil {
                try encoder?.encode(pending.bytes, isLast: isLast, write)
            } else {
                try write(pending.bytes)
            }
        } catch let error as Errno {
            throw Failure.file(path, "written", error)
        }
        bytes = at
        pending.removeAll()
    }
}
