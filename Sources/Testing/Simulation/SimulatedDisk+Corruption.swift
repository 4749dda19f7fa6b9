public import DaybookPlatform
internal import Synchronization

/// What tests do to a disk behind the back of whoever uses it. None of it counts as a call, and all of it
/// is durable at once.
extension SimulatedDisk {
    /// The paths of all files, in order.
    public func files() -> [String] {
        state.withLock { $0.names.visible.files().map(\.path).sorted() }
    }

    /// All bytes of a file, as readers see them.
    public func bytes(_ path: String) throws(Errno) -> [UInt8] {
        try state.withLock { state throws(Errno) in
            state.files[try state.file(path)]!.visible.bytes
        }
    }

    /// Turns one bit (0 is the least) of a byte.
    ///
    /// Nothing happens behind the end.
    public func flipBit(_ path: String, _ offset: Int, _ bit: Int) throws(Errno) {
        precondition(offset >= 0 && (0..<8).contains(bit), "a byte has the bits 0 to 7")
        try state.withLock { state throws(Errno) in
            state.files[try state.file(path)]!.flip(bit, at: offset)
        }
    }

    /// Gives a file this content, under those who have it open too; creates it where it is missing.
    public func replace(_ path: String, with bytes: [UInt8]) throws(Errno) {
        try state.withLock { state throws(Errno) in
            let place = try state.names.visible.place(path)
            let file: Int
            if state.names.visible[place] == nil {
                file = state.number()
                state.names.applyDurably(.add(place, .file(file)))
            } else {
                file = try state.file(path)
            }
            state.files[file] = SimulatedFile(durable: FileImage(bytes))
        }
    }

    /// Removes a file or an empty folder, durably.
    public func lose(_ path: String) throws(Errno) {
        try state.withLock { state throws(Errno) in
            state.names.applyDurably(try state.names.visible.removing(path))
        }
    }

    /// A disk of its own with the same content, all of it durable: to be spoiled while this one is kept.
    public func copy() -> SimulatedDisk {
        let copy = afterProcessKill()
        copy.state.withLock { state in
            state.names = SimulatedNames(durable: state.names.visible)
            state.files = state.files.mapValues { SimulatedFile(durable: $0.visible) }
        }
        return copy
    }
}

extension SimulatedDisk.State {
    fileprivate func file(_ path: String) throws(Errno) -> Int {
        switch names.visible[try names.visible.place(path)] {
        case .file(let file): return file
        case .folder: throw .EISDIR
        case nil: throw .ENOENT
        }
    }
}
