internal import Synchronization

/// A disk in the memory of this process, for tests and for stores that need not last.
///
/// It behaves as the disk of a machine does, without its faults: several may have a file open, a removed
/// or replaced file stays readable to those who have it open, locks exclude each other.
public final class MemoryDisk: Disk {
    private struct State: Sendable {
        var names = NameTree()
        var opens = OpenFiles()
        var files: [Int: FileImage] = [:]
        // Files without a name, kept for those who have them open.
        var nameless: Set<Int> = []
        var lastNumber = 0

        mutating func number() -> Int {
            lastNumber += 1
            return lastNumber
        }

        mutating func lostName(_ node: NameTree.Node?) {
            guard case .file(let file) = node, !names.hasName(file) else { return }
            nameless.insert(file)
            dropIfUnused(file)
        }

        mutating func dropIfUnused(_ file: Int) {
            if nameless.contains(file) && !opens.isOpen(file) {
                nameless.remove(file)
                files[file] = nil
            }
        }
    }

    private let state = Mutex(State())

    /// An empty disk.
    public init() {}

    private func locked<Result: Sendable>(
        _ body: (inout State) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        try state.withLock { state throws(Errno) in try body(&state) }
    }

    /// Opens the file.
    ///
    /// Each open has a number of its own, never used again.
    public func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        try locked { state throws(Errno) in
            if path.split(separator: "/").isEmpty { throw mode == .createNew ? .EEXIST : .EISDIR }
            let place = try state.names.place(path)
            switch state.names[place] {
            case .some where mode == .createNew: throw .EEXIST
            case .folder: throw .EISDIR
            case .file(let file): return state.opens.add(file, path, isWritable: mode != .read)
            case nil where mode == .read || mode == .readWrite: throw .ENOENT
            case nil:
                let file = state.number()
                state.names.apply(.add(place, .file(file)))
                state.files[file] = FileImage()
                return state.opens.add(file, path, isWritable: true)
            }
        }
    }

    /// Closes it, and forgets the bytes of a file that has no name any more.
    public func close(_ file: FileID) {
        state.withLock { state in
            if let file = state.opens.remove(file) { state.dropIfUnused(file) }
        }
    }

    /// How many bytes the file has.
    public func size(_ file: FileID) throws(Errno) -> Int {
        try locked { state throws(Errno) in state.files[try state.opens[file].file]!.size }
    }

    /// Copies what is there; nothing is ever waited for.
    public func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if offset < 0 { throw .EINVAL }
        return try locked { state throws(Errno) in
            // Safe: the caller vouches for the buffer.
            unsafe state.files[try state.opens[file].file]!.read(into: buffer, at: offset)
        }
    }

    /// Writes all of it.
    public func write(
        _ file: FileID, _ bytes: borrowing RawSpan, at offset: Int
    ) throws(Errno) -> Int {
        // Safe: a span cannot be captured by the closure; its pointer is used only inside.
        try unsafe bytes.withUnsafeBytes { source throws(Errno) in
            try locked { state throws(Errno) in
                let file = try state.opens.writable(file).file
                try checkRange(offset, source.count)
                unsafe state.files[file]!.write(RawSpan(_unsafeBytes: source), at: offset)
                return source.count
            }
        }
    }

    /// Adds zeros, which take no memory.
    public func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        try locked { state throws(Errno) in
            let file = try state.opens.writable(file).file
            try checkRange(0, size)
            if state.files[file]!.size < size { state.files[file]!.resize(to: size) }
        }
    }

    /// Forgets the bytes.
    public func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno) {
        try locked { state throws(Errno) in
            let file = try state.opens.writable(file).file
            try checkRange(range.lowerBound, range.count)
            state.files[file]!.clear(range)
        }
    }

    /// Cuts or extends the file.
    public func truncate(_ file: FileID, to size: Int) throws(Errno) {
        try locked { state throws(Errno) in
            let file = try state.opens.writable(file, else: .EINVAL).file
            try checkRange(0, size)
            state.files[file]!.resize(to: size)
        }
    }

    /// Nothing is to be written back.
    public func startWriteback(_ file: FileID, _ range: Range<Int>) {}

    /// There is nothing more durable than memory here.
    public func sync(_ file: FileID) throws(Errno) {
        try locked { state throws(Errno) in _ = try state.opens[file] }
    }

    /// Adds a folder.
    public func createDirectory(_ path: String) throws(Errno) {
        try locked { state throws(Errno) in
            let number = state.number()
            state.names.apply(try state.names.addingFolder(path, number))
        }
    }

    /// Checks that there is such a folder.
    public func syncDirectory(_ path: String) throws(Errno) {
        try locked { state throws(Errno) in _ = try state.names.folder(path) }
    }

    /// The names in the folder.
    public func list(_ path: String) throws(Errno) -> [String] {
        try locked { state throws(Errno) in
            state.names.names(in: try state.names.folder(path))
        }
    }

    /// Moves the name, replacing another.
    public func rename(_ path: String, to target: String) throws(Errno) {
        try locked { state throws(Errno) in
            guard let change = try state.names.moving(path, to: target) else { return }
            let replaced = state.names[try state.names.place(target)]
            state.names.apply(change)
            state.lostName(replaced)
        }
    }

    /// Takes the name away; those who have the file open keep it.
    public func remove(_ path: String) throws(Errno) {
        try locked { state throws(Errno) in
            let change = try state.names.removing(path)
            state.names.apply(change)
            if case .remove(_, let node) = change { state.lostName(node) }
        }
    }

    /// Whether the path leads to it.
    public func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool {
        try locked { state throws(Errno) in
            try state.names.isNamed(try state.opens[file].file, path)
        }
    }

    /// Locks exclude other opens of the same file on this disk.
    public func lock(_ file: FileID) throws(Errno) -> Bool {
        try locked { state throws(Errno) in try state.opens.lock(file) }
    }

    /// Whether another open holds the lock.
    public func isLocked(_ file: FileID) throws(Errno) -> Bool {
        try locked { state throws(Errno) in try state.opens.isLocked(file) }
    }
}

/// What Linux says to offsets below zero and to files larger than it can hold.
package func checkRange(_ offset: Int, _ count: Int) throws(Errno) {
    if offset < 0 || count < 0 { throw .EINVAL }
    if offset > FileImage.sizeMax - min(count, FileImage.sizeMax) { throw .EFBIG }
}
