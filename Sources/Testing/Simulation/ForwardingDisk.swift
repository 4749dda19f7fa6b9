public import DaybookPlatform

/// A disk that leaves to another one what it does not do itself: what a test changes of a disk is all it has to say.
public protocol ForwardingDisk: Disk {
    /// What does the rest.
    var base: any Disk { get }
}

extension ForwardingDisk {
    public func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        try base.open(path, mode)
    }
    public func close(_ file: FileID) { base.close(file) }
    public func size(_ file: FileID) throws(Errno) -> Int { try base.size(file) }
    public func allocatedSize(_ file: FileID) throws(Errno) -> Int {
        try base.allocatedSize(file)
    }
    public func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        // Safe: the caller vouches for the buffer, and the call keeps no pointer.
        try unsafe base.read(file, into: buffer, at: offset, mode)
    }
    public func write(
        _ file: FileID, _ bytes: borrowing RawSpan, at offset: Int
    ) throws(Errno) -> Int {
        try base.write(file, bytes, at: offset)
    }
    public func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        try base.allocate(file, upTo: size)
    }
    public func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno) {
        try base.giveBack(file, range)
    }
    public func truncate(_ file: FileID, to size: Int) throws(Errno) {
        try base.truncate(file, to: size)
    }
    public func startWriteback(_ file: FileID, _ range: Range<Int>) {
        base.startWriteback(file, range)
    }
    public func startReadahead(_ file: FileID, _ range: Range<Int>) {
        base.startReadahead(file, range)
    }
    public func sync(_ file: FileID) throws(Errno) { try base.sync(file) }
    public func createDirectory(_ path: String) throws(Errno) { try base.createDirectory(path) }
    public func syncDirectory(_ path: String) throws(Errno) { try base.syncDirectory(path) }
    public func list(_ path: String) throws(Errno) -> [String] { try base.list(path) }
    public func rename(_ path: String, to target: String) throws(Errno) {
        try base.rename(path, to: target)
    }
    public func remove(_ path: String) throws(Errno) { try base.remove(path) }
    public func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool {
        try base.isNamed(file, path)
    }
    public func lock(_ file: FileID) throws(Errno) -> Bool { try base.lock(file) }
    public func isLocked(_ file: FileID) throws(Errno) -> Bool { try base.isLocked(file) }
}
