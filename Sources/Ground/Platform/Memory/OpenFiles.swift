/// Which files of a disk in memory are open, how, and who holds their locks.
package struct OpenFiles: Sendable {
    /// One open file.
    package struct Entry: Sendable {
        package let file: Int
        package let path: String
        package let isWritable: Bool
    }

    private var entries: [FileID: Entry] = [:]
    private var holders: [Int: FileID] = [:]
    private var next: Int32 = 3

    package init() {}

    /// Numbers are never given twice: whoever uses one after closing it gets `EBADF` and not another file.
    package mutating func add(_ file: Int, _ path: String, isWritable: Bool) -> FileID {
        defer { next += 1 }
        let id = FileID(rawValue: next)
        entries[id] = Entry(file: file, path: path, isWritable: isWritable)
        return id
    }

    /// Closes it, drops its lock and returns the file's number, or nil where it was not open.
    package mutating func remove(_ id: FileID) -> Int? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        if holders[entry.file] == id { holders[entry.file] = nil }
        return entry.file
    }

    package subscript(id: FileID) -> Entry {
        get throws(Errno) {
            guard let entry = entries[id] else { throw .EBADF }
            return entry
        }
    }

    /// The open file, if it may be written; `refusal` is what Linux answers where it may not.
    package func writable(_ id: FileID, else refusal: Errno = .EBADF) throws(Errno) -> Entry {
        let entry = try self[id]
        if !entry.isWritable { throw refusal }
        return entry
    }

    package func path(_ id: FileID) -> String? { entries[id]?.path }

    package func isOpen(_ file: Int) -> Bool { entries.values.contains { $0.file == file } }

    package mutating func lock(_ id: FileID) throws(Errno) -> Bool {
        let file = try writable(id).file
        if let holder = holders[file], holder != id { return false }
        holders[file] = id
        return true
    }

    package func isLocked(_ id: FileID) throws(Errno) -> Bool {
        guard let holder = holders[try self[id].file] else { return false }
        return holder != id
    }
}
