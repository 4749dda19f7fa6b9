extension Disk {
    /// Creates the folder and those above it that are missing; one that is there is no error.
    ///
    /// The names of all of them are durable when it returns, also where an earlier run made them and
    /// fell before it could sync them.
    public func createDirectories(_ path: String) throws(Errno) {
        var made = ""
        for part in path.split(separator: "/") {
            let parent = made
            made += (made.isEmpty ? "" : "/") + part
            var isNew = true
            do {
                try createDirectory(made)
            } catch {
                guard error == .EEXIST else { throw error }
                guard try isDirectory(made) else { throw .ENOTDIR }
                isNew = false
            }
            do { try syncDirectory(parent) } catch {
                // A later sync would not say anything about this name any more: it has to be made again.
                if isNew { try? remove(made) }
                throw error
            }
        }
    }

    /// Whether something has this name.
    public func exists(_ path: String) throws(Errno) -> Bool {
        do {
            close(try open(path, .read))
            return true
        } catch {
            if error == .EISDIR { return true }
            if error == .ENOENT || error == .ENOTDIR { return false }
            throw error
        }
    }

    /// Whether this is the name of a folder.
    public func isDirectory(_ path: String) throws(Errno) -> Bool {
        do {
            close(try open(path, .read))
            return false
        } catch {
            if error == .EISDIR { return true }
            if error == .ENOENT || error == .ENOTDIR { return false }
            throw error
        }
    }
}

extension LinuxDisk {
    /// Creates the disk's own folder and those above it that are missing.
    public func createRoot() throws(Errno) {
        try LinuxDisk(root: "/").createDirectories(root)
    }
}
