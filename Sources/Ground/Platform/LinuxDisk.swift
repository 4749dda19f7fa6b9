internal import CDaybookPlatform
internal import DaybookBytes
internal import Glibc
internal import Synchronization

/// The files below one folder of this machine.
///
/// A `FileID` is the descriptor. Descriptors are closed on exec and are never 0, 1 or 2: a program that
/// was started without standard streams would otherwise print its messages into a segment.
public final class LinuxDisk: Disk {
    /// The folder that paths are relative to, absolute.
    public let root: String

    // preadv2 with RWF_NOWAIT is refused by some file systems, always or never: asked once.
    private let refusesCachedReads = Atomic<Bool>(false)

    /// A relative root is taken from the current directory as it is now.
    ///
    /// It need not exist yet.
    public init(root: String) {
        self.root = root.hasPrefix("/") ? root : Host.currentDirectory() + "/" + root
    }

    /// Opens the file, never on a descriptor of 0, 1 or 2.
    public func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        let how: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .createOrOpen: O_RDWR | O_CREAT
            }
        let file = try descriptor(path, how)
        // Linux opens a folder for reading like a file and fails only when it is read.
        if mode == .read, try status(file).st_mode & S_IFMT == S_IFDIR {
            close(FileID(rawValue: file))
            throw .EISDIR
        }
        return FileID(rawValue: file)
    }

    /// Errors are left aside: what `sync` has not confirmed is not durable, whatever close says, and the
    /// descriptor is gone either way (it must not be closed twice, it may be another's by then).
    public func close(_ file: FileID) { _ = Glibc.close(file.rawValue) }

    /// The size that the inode has.
    public func size(_ file: FileID) throws(Errno) -> Int { Int(try status(file.rawValue).st_size) }

    /// Blocks that were only set aside count as never written, and those that wait in memory as written.
    public func nextData(_ file: FileID, from offset: Int) throws(Errno) -> Int {
        do {
            return try systemCall { daybook_next_data(file.rawValue, offset) }
        } catch {
            switch error {
            // There is none before the end.
            case .ENXIO: return max(offset, try size(file))
            // The file system cannot tell.
            case .EINVAL, .EOPNOTSUPP: return offset
            default: throw error
            }
        }
    }

    /// By the blocks of 512 bytes that `fstat` counts.
    public func allocatedSize(_ file: FileID) throws(Errno) -> Int {
        512 * Int(try status(file.rawValue).st_blocks)
    }

    /// One `pread`, or a `preadv2` that does not wait where only cached bytes are wanted.
    public func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if mode == .cachedOnly && !refusesCachedReads.load(ordering: .relaxed) {
            do {
                // Safe, as below: the caller vouches for the buffer, and the call keeps no pointer.
                return try systemCall {
                    unsafe daybook_pread_cached(
                        file.rawValue, buffer.baseAddress, buffer.count, offset)
                }
            } catch {
                guard error == .EOPNOTSUPP || error == .ENOSYS else { throw error }
                refusesCachedReads.store(true, ordering: .relaxed)
            }
        }
        return try systemCall {
            unsafe pread(file.rawValue, buffer.baseAddress, buffer.count, offset)
        }
    }

    /// One `pwrite`: a signal or a full disk may end it early.
    public func write(
        _ file: FileID, _ bytes: borrowing RawSpan, at offset: Int
    ) throws(Errno) -> Int {
        // Safe: the pointer and its count come from one span and do not leave the call.
        try unsafe bytes.withUnsafeBytes { source throws(Errno) in
            try systemCall {
                unsafe pwrite(file.rawValue, source.baseAddress, source.count, offset)
            }
        }
    }

    /// `fallocate`, or zeros written where the file system does not know it.
    public func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        if size == 0 { return }
        do {
            _ = try systemCall { daybook_allocate(file.rawValue, 0, size) }
        } catch {
            guard error == .EOPNOTSUPP || error == .ENOSYS else { throw error }
            try fill(file, upTo: size)
        }
    }

    /// A hole punched by `fallocate`.
    public func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno) {
        try checkRange(range.lowerBound, range.count)
        if range.isEmpty { return }
        _ = try systemCall { daybook_give_back(file.rawValue, range.lowerBound, range.count) }
    }

    /// Gives blocks the slow way: a file system without fallocate gives them to what is written.
    ///
    /// Holes before the end stay holes.
    private func fill(_ file: FileID, upTo size: Int) throws(Errno) {
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        let before = try self.size(file)
        var at = before
        do {
            while at < size {
                let count = min(zeros.count, size - at)
                try writeAll(file, zeros.rawSpan.extracting(0..<count), at: at)
                at += count
            }
        } catch {
            try? truncate(file, to: before)
            throw error
        }
    }

    /// `ftruncate`.
    public func truncate(_ file: FileID, to size: Int) throws(Errno) {
        _ = try systemCall { ftruncate(file.rawValue, size) }
    }

    /// A hint to the system; its refusal changes nothing.
    public func startWriteback(_ file: FileID, _ range: Range<Int>) {
        _ = daybook_start_writeback(file.rawValue, range.lowerBound, range.count)
    }

    /// A hint as well.
    public func startReadahead(_ file: FileID, _ range: Range<Int>) {
        _ = posix_fadvise(file.rawValue, range.lowerBound, range.count, POSIX_FADV_WILLNEED)
    }

    /// fdatasync: the content, and of the inode what is needed to read it back, which its size is.
    public func sync(_ file: FileID) throws(Errno) {
        _ = try systemCall { fdatasync(file.rawValue) }
    }

    /// Opens `path` on a descriptor above the standard streams.
    func descriptor(_ path: String, _ how: Int32) throws(Errno) -> Int32 {
        let path = try full(path)
        // Safe: the string outlives the call.
        let file = try systemCall { unsafe daybook_open(path, how | O_CLOEXEC, 0o666) }
        return try aboveStandardStreams(file)
    }

    /// The path from the system's root.
    ///
    /// A zero byte would end it early and name another file.
    func full(_ path: String) throws(Errno) -> String {
        if path.utf8.contains(0) { throw .EINVAL }
        return path.isEmpty ? root : root + "/" + path
    }

    func status(_ file: Int32) throws(Errno) -> stat {
        var status = stat()
        // Safe: the call fills the one value it is given.
        _ = try systemCall { unsafe fstat(file, &status) }
        return status
    }
}

/// The same open file under a descriptor of 3 or more; the one given is closed where it was less.
func aboveStandardStreams(_ file: Int32) throws(Errno) -> Int32 {
    if file > 2 { return file }
    defer { _ = close(file) }
    return try systemCall { fcntl(file, F_DUPFD_CLOEXEC, 3) }
}
