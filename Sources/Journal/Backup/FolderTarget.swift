internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Copies as files of a folder: each is written aside, synced, read back, and only then gets its name.
struct FolderTarget: CopyTarget {
    static let suffix = ".partial"
    private static let blockBytes = 1 << 20

    let disk: any Disk
    /// What the copies are for, in an error: "The backup".
    let purpose: String
    private var current: (file: OpenFile, path: String)?
    private var offset = 0
    /// Follows the name of a file that is not whole.
    private let suffix: String

    init(_ disk: any Disk, for purpose: String, aside suffix: String = Self.suffix) {
        self.disk = disk
        self.purpose = purpose
        self.suffix = suffix
    }

    mutating func begin(_ path: String, byteCount: Int) throws(StoreError) {
        let aside = path + suffix
        do throws(Errno) {
            do throws(Errno) { try disk.remove(aside) } catch {
                if error != .ENOENT { throw error }
            }
            current = (try OpenFile(disk, aside, .createNew), path)
            offset = 0
        } catch {
            throw .copying(purpose, disk.place(path), error)
        }
    }

    mutating func write(_ bytes: borrowing RawSpan) throws(StoreError) {
        guard let (file, path) = current else { return }
        do throws(Errno) { try file.writeAll(bytes, at: offset) } catch {
            throw .copying(purpose, disk.place(path), error)
        }
        file.startWriteback(offset..<offset + bytes.byteCount)
        offset += bytes.byteCount
    }

    mutating func end(checksum: UInt32) throws(StoreError) {
        guard let (file, path) = current else { return }
        let found: UInt32
        do throws(Errno) {
            try file.sync()
            found = try file.checksum(of: 0..<offset)
        } catch {
            throw .copying(purpose, disk.place(path), error)
        }
        guard found == checksum else { throw .miscopied(purpose, disk.place(path)) }
        do throws(Errno) { try disk.rename(file.path, to: path) } catch {
            throw .copying(purpose, disk.place(path), error)
        }
        current = nil
    }

    /// The file that is being written.
    func opened() throws(StoreError) -> OpenFile {
        guard let (file, _) = current else { throw .copying(purpose, "", .EBADF) }
        return file
    }

    /// Removes what was not finished, as far as it can be.
    mutating func discard() {
        guard let (file, _) = current else { return }
        current = nil
        try? disk.remove(file.path)
    }

    /// Writes a small file whole.
    mutating func put(_ bytes: borrowing RawSpan, as path: String) throws(StoreError) {
        try begin(path, byteCount: bytes.byteCount)
        try write(bytes)
        try end(checksum: CRC32C.checksum(of: bytes))
    }

    /// Where a file is written before it is whole, by a target that was not told otherwise.
    static func aside(_ path: String) -> String { path + suffix }

    /// Whether a name is one of a file that was not finished.
    static func isAside(_ name: String) -> Bool { name.hasSuffix(suffix) }
}

extension OpenFile {
    /// The checksum of some of the bytes, as they are read now.
    func checksum(of range: Range<Int>) throws(Errno) -> UInt32 {
        var checksum: UInt32 = 0
        var at = range.lowerBound
        while at < range.upperBound {
            let block = try read(min(1 << 20, range.upperBound - at), at: at)
            if block.count == 0 { break }
            checksum = CRC32C.checksum(of: block.bytes, after: checksum)
            at += block.count
        }
        return checksum
    }
}
