public import DaybookPlatform
internal import Synchronization

extension SimulatedDisk {
    /// Makes one call.
    ///
    /// When the power goes at it, `body` still happens where it `changes` something: what was asked
    /// for may have reached the disk, and the image decides. Otherwise a fault keeps it away, and
    /// `failing` says what the failure leaves behind.
    private func call<Result: Sendable>(
        _ kind: DiskCall.Kind, _ path: String, target: String? = nil, changes: Bool = false,
        _ body: (inout State) throws(Errno) -> Result,
        failing: (inout State) -> Void = { _ in }
    ) throws(Errno) -> Result {
        try state.withLock { state throws(Errno) in
            switch try state.begin(kind, path, target: target) {
            case nil, .shortWrite: return try body(&state)
            case let fault?: throw Self.fault(fault, &state, changes, body, failing)
            }
        }
    }

    /// The same for an open file; `body` also gets the file's number and how many bytes to write.
    private func call<Result: Sendable>(
        _ kind: DiskCall.Kind, _ id: FileID, _ range: Range<Int>? = nil, changes: Bool = false,
        _ body: (inout State, Int, Int) throws(Errno) -> Result,
        failing: (inout State, Int) -> Void = { _, _ in }
    ) throws(Errno) -> Result {
        try state.withLock { state throws(Errno) in
            let path = state.opens.path(id) ?? "(closed)"
            let fault = try state.begin(kind, path, range)
            let file = try state.opens[id].file
            let count = range?.count ?? 0
            switch fault {
            case nil: return try body(&state, file, count)
            case .shortWrite: return try body(&state, file, count > 1 ? count / 2 : count)
            case let fault?:
                throw Self.fault(
                    fault, &state, changes,
                    { state throws(Errno) in try body(&state, file, count) },
                    { failing(&$0, file) })
            }
        }
    }

    private static func fault<Result>(
        _ fault: FaultPlan.Fault, _ state: inout State, _ changes: Bool,
        _ body: (inout State) throws(Errno) -> Result, _ failing: (inout State) -> Void
    ) -> Errno {
        if case .fail(let error) = fault {
            failing(&state)
            return error
        }
        if changes { _ = try? body(&state) }
        state.hasCrashed = true
        return powerLost
    }

    /// A file that it creates is seen at once; its name is lost until the folder is synced.
    public func open(_ path: String, _ mode: OpenMode) throws(Errno) -> FileID {
        try call(.open, path, changes: true) { state throws(Errno) in
            if path.split(separator: "/").isEmpty { throw mode == .createNew ? .EEXIST : .EISDIR }
            let place = try state.names.visible.place(path)
            switch state.names.visible[place] {
            case .some where mode == .createNew: throw .EEXIST
            case .folder: throw .EISDIR
            case .file(let file): return state.opens.add(file, path, isWritable: mode != .read)
            case nil where mode == .read || mode == .readWrite: throw .ENOENT
            case nil:
                let file = state.number()
                state.names.apply(.add(place, .file(file)))
                state.files[file] = SimulatedFile()
                return state.opens.add(file, path, isWritable: true)
            }
        }
    }

    /// Closes the file, whatever is planned for the call.
    public func close(_ file: FileID) {
        func close(_ state: inout State, _ number: Int) {
            _ = state.opens.remove(file)
            state.dropIfUnused(number)
        }
        // Whatever is planned for it: a descriptor is gone after close, and close has nothing to say.
        try? call(.close, file) { state, number, _ in
            close(&state, number)
        } failing: { state, number in
            close(&state, number)
        }
    }

    /// The size as readers see it.
    public func size(_ file: FileID) throws(Errno) -> Int {
        try call(.size, file) { state, file, _ in state.files[file]!.visible.size }
    }

    /// Reads what was written, durable or not.
    public func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if offset < 0 { throw .EINVAL }
        return try call(.read, file, offset..<offset + buffer.count) {
            state, file, _ throws(Errno) in
            if mode == .cachedOnly && !state.servesCachedReads { throw .EAGAIN }
            // Safe: the caller vouches for the buffer.
            return unsafe state.files[file]!.visible.read(into: buffer, at: offset)
        }
    }

    /// Writes what readers see; a power cut keeps any of its sectors.
    public func write(
        _ file: FileID, _ bytes: borrowing RawSpan, at offset: Int
    ) throws(Errno) -> Int {
        try checkRange(offset, bytes.byteCount)
        let range = offset..<offset + bytes.byteCount
        // Safe: a span cannot be captured by the closure; its pointer is used only inside.
        return try unsafe bytes.withUnsafeBytes { source throws(Errno) in
            try call(.write, file, range, changes: true) { state, number, count throws(Errno) in
                _ = try state.opens.writable(file)
                let (end, isEndless) = state.files[number]!.visible.size
                    .addingReportingOverflow(state.room)
                let written = isEndless ? count : max(0, min(count, end - offset))
                if written == 0 && count > 0 { throw .ENOSPC }
                let part = unsafe UnsafeRawBufferPointer(rebasing: source[..<written])
                unsafe state.files[number]!.write(RawSpan(_unsafeBytes: part), at: offset)
                return written
            }
        }
    }

    /// Adds zeros; a power cut may forget them.
    public func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        try checkRange(0, size)
        try call(.allocate, file, 0..<size, changes: true) { state, number, _ throws(Errno) in
            _ = try state.opens.writable(file)
            let more = size - state.files[number]!.visible.size
            if more > state.room { throw .ENOSPC }
            if more > 0 { state.files[number]!.resize(to: size) }
        }
    }

    /// Bytes of the file but those that were given back.
    public func allocatedSize(_ file: FileID) throws(Errno) -> Int {
        try call(.size, file) { state, file, _ in state.files[file]!.allocatedBytes }
    }

    /// What was written in it may come back with a power cut; the blocks do.
    public func giveBack(_ file: FileID, _ range: Range<Int>) throws(Errno) {
        try checkRange(range.lowerBound, range.count)
        try call(.giveBack, file, range, changes: true) { state, number, _ throws(Errno) in
            _ = try state.opens.writable(file)
            state.files[number]!.giveBack(range)
        }
    }

    /// Cuts what readers see; a power cut may forget it.
    public func truncate(_ file: FileID, to size: Int) throws(Errno) {
        try checkRange(0, size)
        try call(.truncate, file, 0..<size, changes: true) { state, number, _ throws(Errno) in
            _ = try state.opens.writable(file, else: .EINVAL)
            state.files[number]!.resize(to: size)
        }
    }

    /// Makes nothing durable, as always.
    public func startWriteback(_ file: FileID, _ range: Range<Int>) {
        try? call(.startWriteback, file, range) { _, _, _ in }
    }

    /// Makes content and size durable.
    ///
    /// When it fails, what was to be written never will be.
    public func sync(_ file: FileID) throws(Errno) {
        try call(.sync, file) { state, file, _ in
            state.files[file]!.sync()
        } failing: { state, file in
            state.files[file]!.failSync()
        }
    }

    /// Whether the path leads to it, durably or not.
    public func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool {
        try call(.isNamed, file) { state, file, _ throws(Errno) in
            try state.names.visible.isNamed(file, path)
        }
    }

    /// The lock goes with the open file.
    public func lock(_ file: FileID) throws(Errno) -> Bool {
        try call(.lock, file) { state, _, _ throws(Errno) in try state.opens.lock(file) }
    }

    /// Whether another open holds the lock.
    public func isLocked(_ file: FileID) throws(Errno) -> Bool {
        try call(.isLocked, file) { state, _, _ throws(Errno) in try state.opens.isLocked(file) }
    }

    /// The folder and all in it are lost until the one above is synced.
    public func createDirectory(_ path: String) throws(Errno) {
        try call(.createDirectory, path, changes: true) { state throws(Errno) in
            let number = state.number()
            state.names.apply(try state.names.visible.addingFolder(path, number))
        }
    }

    /// Makes the names in one folder durable.
    ///
    /// When it fails, they never will be.
    public func syncDirectory(_ path: String) throws(Errno) {
        try call(.syncDirectory, path) { state throws(Errno) in
            state.names.sync(try state.names.visible.folder(path))
            for file in state.files.keys { state.dropIfUnused(file) }
        } failing: { state in
            if let folder = try? state.names.visible.folder(path) { state.names.failSync(folder) }
        }
    }

    /// The names as they are seen, durable or not.
    public func list(_ path: String) throws(Errno) -> [String] {
        try call(.list, path) { state throws(Errno) in
            state.names.visible.names(in: try state.names.visible.folder(path))
        }
    }

    /// A power cut may undo it until the folders are synced.
    public func rename(_ path: String, to target: String) throws(Errno) {
        try call(.rename, path, target: target, changes: true) { state throws(Errno) in
            guard let change = try state.names.visible.moving(path, to: target) else { return }
            state.names.apply(change)
        }
    }

    /// A power cut may undo it until the folder is synced.
    public func remove(_ path: String) throws(Errno) {
        try call(.remove, path, changes: true) { state throws(Errno) in
            state.names.apply(try state.names.visible.removing(path))
        }
    }
}
