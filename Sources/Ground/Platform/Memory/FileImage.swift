internal import DaybookBytes

/// The bytes of one file in memory, as a value: a copy shares its blocks until one of the two is written.
///
/// The file is a row of blocks, so that growing never copies what is there, and a block that only ever
/// held zeros takes no memory. Bytes behind the end are always zero.
package struct FileImage: Sendable {
    /// Larger files are refused with `EFBIG`.
    package static let sizeMax = 1 << 36

    private static let blockBytes = 4096

    package private(set) var size = 0
    // An empty block stands for zeros.
    private var blocks: [[UInt8]] = []

    package init() {}

    package init(_ bytes: [UInt8]) { write(bytes.rawSpan, at: 0) }

    /// All of it.
    package var bytes: [UInt8] {
        // Safe: `read` fills as many bytes as it says.
        unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }

    /// Cuts or extends it to `size` bytes; new ones are zero.
    package mutating func resize(to size: Int) {
        let count = (size + Self.blockBytes - 1) / Self.blockBytes
        if size < self.size {
            blocks.removeLast(blocks.count - count)
            let kept = size % Self.blockBytes
            if kept > 0, !blocks[count - 1].isEmpty {
                blocks[count - 1].replaceSubrange(
                    kept..., with: repeatElement(0, count: Self.blockBytes - kept))
            }
        } else {
            blocks.append(contentsOf: repeatElement([], count: count - blocks.count))
        }
        self.size = size
    }

    /// Writes `bytes` at `offset`, extending the file where they pass its end.
    package mutating func write(_ bytes: borrowing RawSpan, at offset: Int) {
        if bytes.byteCount == 0 { return }
        if offset + bytes.byteCount > size { resize(to: offset + bytes.byteCount) }
        var done = 0
        while done < bytes.byteCount {
            let (block, within) = (offset + done).quotientAndRemainder(dividingBy: Self.blockBytes)
            let count = min(Self.blockBytes - within, bytes.byteCount - done)
            put(bytes.extracting(done..<done + count), into: block, at: within)
            done += count
        }
    }

    /// Makes the bytes of a range zero, as far as the file goes; blocks that lie in it take no memory any more.
    package mutating func clear(_ range: Range<Int>) {
        var at = range.lowerBound
        let end = min(range.upperBound, size)
        while at < end {
            let (block, within) = at.quotientAndRemainder(dividingBy: Self.blockBytes)
            let count = min(Self.blockBytes - within, end - at)
            if count == Self.blockBytes || at + count == size && within == 0 {
                blocks[block] = []
            } else if !blocks[block].isEmpty {
                blocks[block].replaceSubrange(
                    within..<within + count, with: repeatElement(0, count: count))
            }
            at += count
        }
    }

    private mutating func put(_ piece: borrowing RawSpan, into block: Int, at offset: Int) {
        if piece.byteCount == Self.blockBytes && !piece.isZero(0..<piece.byteCount) {
            blocks[block] = piece.copied()
            return
        }
        if blocks[block].isEmpty {
            if piece.isZero(0..<piece.byteCount) { return }
            blocks[block] = [UInt8](repeating: 0, count: Self.blockBytes)
        }
        // Safe: the piece ends within the block, and the two memories are different ones.
        unsafe piece.withUnsafeBytes { source in
            unsafe blocks[block].withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    .copyMemory(from: source)
            }
        }
    }

    /// Copies what there is from `offset` on into `buffer` and returns how many bytes that were.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        let total = max(0, min(buffer.count, size - offset))
        var done = 0
        while done < total {
            let (block, within) = (offset + done).quotientAndRemainder(dividingBy: Self.blockBytes)
            let count = min(Self.blockBytes - within, total - done)
            // Safe: `done + count` does not pass the end of the buffer, which the caller vouches for.
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
            if blocks[block].isEmpty {
                unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
            } else {
                unsafe blocks[block].withUnsafeBytes { source in
                    unsafe target.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[within..<within + count]))
                }
            }
            done += count
        }
        return total
    }

    /// The bytes of a range, as far as the file goes.
    package func bytes(in range: Range<Int>) -> [UInt8] {
        // Safe: `read` fills as many bytes as it says.
        unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            let memory = unsafe UnsafeMutableRawBufferPointer(
                start: buffer.baseAddress, count: range.count)
            count = unsafe read(into: memory, at: range.lowerBound)
        }
    }
}
