package import DaybookBytes
package import DaybookPlatform

/// An open file of a disk, closed when the last reference goes: whoever reads keeps it open.
package final class OpenFile: Sendable {
    package let disk: any Disk
    package let path: String
    package let id: FileID

    package init(_ disk: any Disk, _ path: String, _ mode: OpenMode) throws(Errno) {
        id = try disk.open(path, mode)
        self.disk = disk
        self.path = path
    }

    deinit { disk.close(id) }

    package func size() throws(Errno) -> Int { try disk.size(id) }

    /// Up to `count` bytes from `offset`: fewer only where the file ends.
    package func read(
        _ count: Int, at offset: Int, _ mode: ReadMode = .mayBlock
    ) throws(Errno) -> SharedBytes {
        // Safe: the buffer is the block's own and does not leave the call.
        try unsafe SharedBytes(capacity: count) { buffer throws(Errno) in
            let wanted = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            return try unsafe disk.readAll(id, into: wanted, at: offset, mode)
        }
    }

    package func writeAll(_ bytes: borrowing RawSpan, at offset: Int) throws(Errno) {
        try disk.writeAll(id, bytes, at: offset)
    }

    package func sync() throws(Errno) { try disk.sync(id) }
}
