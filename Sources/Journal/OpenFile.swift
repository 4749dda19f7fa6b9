package import DaybookBytes
package import DaybookPlatform
internal import Synchronization

/// An open file of a disk, closed when the last reference goes.
///
/// One that lapses is closed by its cache while nobody reads it, and opened again, for reading, when it is read: there
/// may be any number of them.
package final class OpenFile: Sendable {
    package let disk: any Disk
    package let path: String
    private let slot: DescriptorSlot

    package init(_ disk: any Disk, _ path: String, _ mode: OpenMode) throws(Errno) {
        let id = try disk.open(path, mode)
        slot = DescriptorSlot(disk, id, cache: nil)
        self.disk = disk
        self.path = path
    }

    /// A file that lapses, and is not opened before it is read.
    package init(_ path: String, in cache: FileCache) {
        slot = DescriptorSlot(cache.disk, nil, cache: cache)
        disk = cache.disk
        self.path = path
    }

    deinit { slot.end() }

    /// It lapses from now on: nothing may be written to it any more.
    package func lapse(into cache: FileCache) { slot.lapse(into: cache) }

    /// The descriptor, until `slot.leave()`.
    private func entered(_ mode: ReadMode) throws(Errno) -> FileID {
        if let open = slot.enter() { return open }
        return try slot.open(path, mode)
    }

    /// Calls `body` with the file open; it stays open for as long as that takes.
    /// - Throws: `EAGAIN` where it would have to be opened first, and nothing may block.
    @inline(__always)
    private func withID<Result>(
        _ mode: ReadMode = .mayBlock, _ body: (FileID) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        let id = try entered(mode)
        defer { slot.leave() }
        return try body(id)
    }

    package func size() throws(Errno) -> Int {
        try withID { id throws(Errno) in try disk.size(id) }
    }

    /// The first offset from `offset` on where something may have been written, or the end of the file.
    package func nextData(from offset: Int) throws(Errno) -> Int {
        try withID { id throws(Errno) in try disk.nextData(id, from: offset) }
    }

    /// Bytes that it takes on the device.
    package func allocatedSize() throws(Errno) -> Int {
        try withID { id throws(Errno) in try disk.allocatedSize(id) }
    }

    /// Up to `count` bytes from `offset`: fewer only where the file ends.
    package func read(
        _ count: Int, at offset: Int, _ mode: ReadMode = .mayBlock
    ) throws(Errno) -> SharedBytes {
        // Safe: the buffer is the block's own and does not leave the call.
        try unsafe SharedBytes(capacity: count) { buffer throws(Errno) in
            let wanted = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            return try unsafe readAll(into: wanted, at: offset, mode)
        }
    }

    /// Fills `buffer` from `offset` on and returns how many bytes there were: fewer only where the file ends.
    package func readAll(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        // Safe: the caller vouches for the buffer, and the call keeps no pointer.
        let id = try entered(mode)
        defer { slot.leave() }
        return try unsafe disk.readAll(id, into: buffer, at: offset, mode)
    }

    package func writeAll(_ bytes: borrowing RawSpan, at offset: Int) throws(Errno) {
        let id = try entered(.mayBlock)
        defer { slot.leave() }
        try disk.writeAll(id, bytes, at: offset)
    }

    package func sync() throws(Errno) { try withID { id throws(Errno) in try disk.sync(id) } }

    /// Gives it blocks up to a size.
    package func allocate(upTo size: Int) throws(Errno) {
        try withID { id throws(Errno) in try disk.allocate(id, upTo: size) }
    }

    /// Gives the blocks of a range back; it reads as zero afterwards.
    package func giveBack(_ range: Range<Int>) throws(Errno) {
        try withID { id throws(Errno) in try disk.giveBack(id, range) }
    }

    /// Starts writing a range back to the device, without waiting.
    package func startWriteback(_ range: Range<Int>) {
        // A hint: where the file cannot be opened there is nothing to hasten.
        try? withID { id throws(Errno) in disk.startWriteback(id, range) }
    }

    /// Starts reading a range into memory, without waiting.
    package func startReadahead(_ range: Range<Int>) {
        // A hint as well.
        try? withID { id throws(Errno) in disk.startReadahead(id, range) }
    }

    /// Whether a path leads to it.
    package func isNamed(_ path: String) throws(Errno) -> Bool {
        try withID { id throws(Errno) in try disk.isNamed(id, path) }
    }

    /// Takes the lock on the file, held until it is closed; whether it was free.
    package func lock() throws(Errno) -> Bool {
        try withID { id throws(Errno) in try disk.lock(id) }
    }

    /// Whether another open file holds the lock.
    package func isLocked() throws(Errno) -> Bool {
        try withID { id throws(Errno) in try disk.isLocked(id) }
    }
}
