internal import DaybookPlatform

/// A segment that a crash has cut, or all of which was copied on: its file, and where what is in use of it ends.
struct CutFile {
    var path: String
    var end: Int
}

/// Blocks of a segment behind its last frame, in a file that is never written to again: it got them before it was used, and
/// was sealed before it was full.
///
/// Given back are those in which nothing but zeros stands. Not a byte changes, so that it makes no difference to
/// whoever reads the file, nor to a crash or to a manifest that is lost; what a crash has cut off stays.
enum SpareRoom {
    private static let blockBytes = 4096
    /// As little is not looked for: the file system may have a block of its own for the file.
    static let bytesMin = blockBytes

    /// How many bytes of blocks a file has behind an offset.
    static func bytes(of file: OpenFile, behind end: Int) throws(Errno) -> Int {
        max(0, try file.allocatedSize() - blocks(end))
    }

    /// Gives back the blocks behind the last byte that is not zero.
    /// - Parameter end: where the last frame ends: what lies before it stays.
    /// - Returns: by how many bytes less the file takes.
    @discardableResult
    static func giveBack(_ disk: any Disk, _ path: String, behind end: Int) throws(Errno) -> Int {
        let file = try OpenFile(disk, path, .readWrite)
        let spare = try bytes(of: file, behind: end)
        if spare <= bytesMin { return 0 }
        let size = try file.size()
        let start = blocks(try FrameScanner.endOfNonzero(file, from: min(end, size), to: size))
        if start >= size { return 0 }
        try file.giveBack(start..<blocks(size))
        return max(0, spare - (try bytes(of: file, behind: end)))
    }

    /// So many bytes in whole blocks.
    private static func blocks(_ bytes: Int) -> Int {
        (bytes + blockBytes - 1) / blockBytes * blockBytes
    }
}
