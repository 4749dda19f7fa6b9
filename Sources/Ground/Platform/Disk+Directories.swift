extension Disk {
    /// Creates the folder and those above it that are missing; one that is there is no error.
    ///
    /// The names of all of them are durable when it returns, also where an earlier run made them and
    /// fell before it could sync them.
    /// - Returns: those that were missing, the outermost first. Where it fails, none of them stays.
    @discardableResult
    public func createDirectories(_ path: String) throws(Errno) -> [String] {
        var made: [String] = []
        do throws(Errno) {
            var folder = ""
            for part in path.split(separator: "/") {
                let parent = folder
                folder += (folder.isEmpty ? "" : "/") + part
                do throws(Errno) {
                    try createDirectory(folder)
                    made.append(folder)
                } catch {
                    guard error == .EEXIST else { throw error }
                    guard try isDirectory(folder) else { throw .ENOTDIR }
                }
                try syncDirectory(parent)
            }
            return made
        } catch {
            // A later sync would not say anything about these names any more: they have to be made again.
            removeDirectories(made)
            throw error
        }
    }

    /// Removes folders, the last of them first, as far as they are empty.
    public func removeDirectories(_ paths: [String]) {
        for path in paths.reversed() { try? remove(path) }
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
    /// - Returns: what removes them again, as far as they are empty.
    @discardableResult
    public func createRoot() throws(Errno) -> () -> Void {
        let system = LinuxDisk(root: "/")
        let made = try system.createDirectories(root)
        return { system.removeDirectories(made) }
    }
}
