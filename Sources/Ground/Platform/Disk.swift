/// An open file of one `Disk`; it means nothing to another.
public struct FileID: Hashable, Sendable {
    /// The number, of the disk's choosing.
    public let rawValue: Int32
    /// The file that the disk knows by this number.
    public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// How a file is opened.
public enum OpenMode: Sendable {
    /// An existing file, for reading.
    case read
    /// An existing file, for reading and writing.
    case readWrite
    /// A new file, for reading and writing; fails with `EEXIST` where there is one.
    case createNew
    /// For reading and writing, created where it is missing.
    case createOrOpen
}

/// How far a read may go.
public enum ReadMode: Sendable {
    /// Only what is in memory already; throws `EAGAIN` rather than wait for the device.
    case cachedOnly
    /// Waits for the device: not on a thread of the cooperative pool.
    case mayBlock
}

/// The one door to durable storage: files by path, read and written at offsets.
///
/// Paths are relative to the folder the disk was made for. Nothing written is durable before `sync` of
/// that file returned, and no name (created, renamed, removed) before `syncDirectory` of its folder did.
/// All calls are synchronous and may be made from any thread; a call that was interrupted is repeated
/// inside. Errors are the system's own.
public protocol Disk: Sendable {
    func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID
    /// Gives the descriptor back. What was written stays as durable as it was.
    func close(_ file: FileID)
    func size(_ file: FileID) throws(Errno) -> Int
    /// The first offset from `offset` on where something may have been written, or the end of the file: what lies
    /// between reads as zero.
    func nextData(_ file: FileID, from offset: Int) throws(Errno) -> Int
    /// Bytes that the file takes on the device, as `du` counts them: less than its size where it has holes, more where
    /// blocks are not full.
    func allocatedSize(_ file: FileID) throws(Errno) -> Int

    /// Reads up to `buffer.count` bytes at `offset`: fewer at the end of the file, or where the system
    /// returns fewer. 0 means the end.
    func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int
    /// Writes up to all of `bytes` at `offset` and returns how many; fewer is not an error by itself.
    func write(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) -> Int

    /// Gives the file blocks up to `size` bytes; its size is at least that afterwards, new bytes read as
    /// zero. `ENOSPC` leaves what was there.
    func allocate(_ file: FileID, upTo size: Int) throws(Errno)
    /// Gives the blocks of a range back to the device; it reads as zero afterwards, and the size stays. `EOPNOTSUPP`
    /// where there are no blocks.
    func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno)
    /// Cuts the file to `size` bytes.
    func truncate(_ file: FileID, to size: Int) throws(Errno)
    /// Starts writing a range back to the device without waiting; makes nothing durable.
    func startWriteback(_ file: FileID, _ range: Range<Int>)
    /// Starts reading a range into memory without waiting, for whoever will read it next.
    func startReadahead(_ file: FileID, _ range: Range<Int>)
    /// Makes the content and size of the file durable. After an error nothing may be assumed of what was
    /// written since the last success, and it must not be called again in the hope of better luck.
    func sync(_ file: FileID) throws(Errno)

    func createDirectory(_ path: String) throws(Errno)
    /// Makes the names in the folder durable.
    func syncDirectory(_ path: String) throws(Errno)
    /// The names in a folder, sorted.
    func list(_ path: String) throws(Errno) -> [String]
    /// Replaces `target` where there is one, atomically.
    func rename(_ path: String, to target: String) throws(Errno)
    func remove(_ path: String) throws(Errno)
    /// Whether a path leads to an open file; not where there is nothing or another file.
    func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool

    /// Takes the exclusive lock on an open file, held until it is closed (or the process ends), or
    /// returns false where another holds it.
    func lock(_ file: FileID) throws(Errno) -> Bool
    /// Whether another open file holds the lock.
    func isLocked(_ file: FileID) throws(Errno) -> Bool
}

extension Disk {
    /// Where nothing is slow to read there is nothing to pass over.
    public func nextData(_ file: FileID, from offset: Int) throws(Errno) -> Int { offset }

    /// Where there are no blocks, its size.
    public func allocatedSize(_ file: FileID) throws(Errno) -> Int { try size(file) }

    /// Where nothing is slow to read there is nothing to start.
    public func startReadahead(_ file: FileID, _ range: Range<Int>) {}

    /// Writes all of `bytes` at `offset`, going on after short writes.
    ///
    /// On an error an unknown part has been written.
    public func writeAll(_ file: FileID, _ bytes: borrowing RawSpan, at offset: Int) throws(Errno) {
        var done = 0
        while done < bytes.byteCount {
            let more = try write(
                file, bytes.extracting(done..<bytes.byteCount), at: offset + done)
            // A write of nothing that is no error would repeat for ever.
            if more == 0 { throw .EIO }
            done += more
        }
    }

    /// Fills `buffer` from `offset` on and returns how many bytes there were: fewer only at the end of
    /// the file.
    public func readAll(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int,
        _ mode: ReadMode = .mayBlock
    ) throws(Errno) -> Int {
        var done = 0
        while done < buffer.count {
            // Safe: the rest of a buffer that the caller vouches for.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let more = try unsafe read(file, into: rest, at: offset + done, mode)
            if more == 0 { break }
            done += more
        }
        return done
    }
}
