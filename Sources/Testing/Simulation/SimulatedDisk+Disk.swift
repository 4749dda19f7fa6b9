public import DaybookPlatform
internal import Synchronization

extension SimulatedDisk {
    /// Makes one call. When the power goes at it, `body` still happens where it `changes` something: what
    /// was asked for may have reached the disk, and the image decides. Otherwise a fault keeps it away, and
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
                    fault, &state, changes, { state throws(Errno) in try body(&state, file, count) },
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

    public func size(_ file: FileID) throws(Errno) -> Int {
        try call(.size, file) { state, file, _ in state.files[file]!.visible.size }
    }

    public func read(
        _ file: FileID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ mode: ReadMode
    ) throws(Errno) -> Int {
        if offset < 0 { throw .EINVAL }
        return try call(.read, file, offset..<offset + buffer.count) { state, file, _ throws(Errno) in
            if mode == .cachedOnly && !state.servesCachedReads { throw .EAGAIN }
            // Safe: the caller vouches for the buffer.
            return unsafe state.files[file]!.visible.read(into: buffer, at: offset)
        }
    }

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

    public func allocate(_ file: FileID, upTo size: Int) throws(Errno) {
        try checkRange(0, size)
        try call(.allocate, file, 0..<size, changes: true) { state, number, _ throws(Errno) in
            _ = try state.opens.writable(file)
            let more = size - state.files[number]!.visible.size
            if more > state.room { throw .ENOSPC }
            if more > 0 { state.files[number]!.resize(to: size) }
        }
    }

    public func truncate(_ file: FileID, to size: Int) throws(Errno) {
        try checkRange(0, size)
        try call(.truncate, file, 0..<size, changes: true) { state, number, _ throws(Errno) in
            _ = try state.opens.writable(file, else: .EINVAL)
            state.files[number]!.resize(to: size)
        }
    }

    public func startWriteback(_ file: FileID, _ range: Range<Int>) {
        try? call(.startWriteback, file, range) { _, _, _ in }
    }

    public func sync(_ file: FileID) throws(Errno) {
        try call(.sync, file) { state, file, _ in
            state.files[file]!.sync()
        } failing: { state, file in
            state.files[file]!.failSync()
        }
    }

    public func lock(_ file: FileID) throws(Errno) -> Bool {
        try call(.lock, file) { state, _, _ throws(Errno) in try state.opens.lock(file) }
    }

    public func isLocked(_ file: FileID) throws(Errno) -> Bool {
        try call(.isLocked, file) { state, _, _ throws(Errno) in try state.opens.isLocked(file) }
    }

    public func createDirectory(_ path: String) throws(Errno) {
        try call(.createDirectory, path, changes: true) { state throws(Errno) in
            let number = state.number()
            state.names.apply(try state.names.visible.addingFolder(path, number))
        }
    }

    public func syncDirectory(_ path: String) throws(Errno) {
        try call(.syncDirectory, path) { state throws(Errno) in
            state.names.sync(try state.names.visible.folder(path))
            for file in state.files.keys { state.dropIfUnused(file) }
        } failing: { state in
            if let folder = try? state.names.visible.folder(path) { state.names.failSync(folder) }
        }
    }

    public func list(_ path: String) throws(Errno) -> [String] {
        try call(.list, path) { state throws(Errno) in
            state.names.visible.names(in: try state.names.visible.folder(path))
        }
    }

    public func rename(_ path: String, to target: String) throws(Errno) {
        try call(.rename, path, target: target, changes: true) { state throws(Errno) in
            guard let change = try state.names.visible.moving(path, to: target) else { return }
            state.names.apply(change)
        }
    }

    public func remove(_ path: String) throws(Errno) {
        try call(.remove, path, changes: true) { state throws(Errno) in
            state.names.apply(try state.names.visible.removing(path))
        }
    }
}
