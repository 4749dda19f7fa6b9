internal import CDaybookPlatform
internal import Glibc

extension LinuxDisk {
    /// `mkdir`, with the rights that the umask leaves.
    public func createDirectory(_ path: String) throws(Errno) {
        let path = try full(path)
        // Safe, as everywhere here: the strings outlive the calls they are given to.
        _ = try systemCall { unsafe mkdir(path, 0o777) }
    }

    /// `fsync` of the folder.
    public func syncDirectory(_ path: String) throws(Errno) {
        let folder = try descriptor(path, O_RDONLY | O_DIRECTORY)
        defer { _ = Glibc.close(folder) }
        _ = try systemCall { fsync(folder) }
    }

    /// What `readdir` gives, without `.` and `..`.
    public func list(_ path: String) throws(Errno) -> [String] {
        let path = try full(path)
        guard let folder = unsafe opendir(path) else { throw Errno.last }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            // A null answer is the end or an error; only errno tells them apart.
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                let error = Errno.last
                if error.code != 0 { throw error }
                return names.sorted()
            }
            // Safe: the entry holds its terminated name at this offset and is valid until the next readdir.
            // It may be shorter than the declared struct, so it is read in place and never copied.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = unsafe UnsafeRawPointer(entry).advanced(by: offset)
            let text = unsafe String(cString: name.assumingMemoryBound(to: CChar.self))
            if text != "." && text != ".." { names.append(text) }
        }
    }

    /// `rename`: durable when both folders are synced.
    public func rename(_ path: String, to target: String) throws(Errno) {
        let (path, target) = (try full(path), try full(target))
        _ = try systemCall { unsafe Glibc.rename(path, target) }
    }

    /// `unlink`, or `rmdir` where it is a folder.
    public func remove(_ path: String) throws(Errno) {
        let path = try full(path)
        do {
            _ = try systemCall { unsafe unlink(path) }
        } catch {
            guard error == .EISDIR else { throw error }
            _ = try systemCall { unsafe rmdir(path) }
        }
    }

    /// By the device and the number of the file that `stat` tells.
    public func isNamed(_ file: FileID, _ path: String) throws(Errno) -> Bool {
        let path = try full(path)
        let opened = try status(file.rawValue)
        var named = stat()
        do {
            // Safe: the string outlives the call, which fills the one value it is given.
            _ = try systemCall { unsafe stat(path, &named) }
        } catch {
            guard error == .ENOENT || error == .ENOTDIR else { throw error }
            return false
        }
        return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino
    }

    /// A lock of the open file description: closing other descriptors of the file leaves it.
    public func lock(_ file: FileID) throws(Errno) -> Bool {
        do {
            _ = try systemCall { daybook_lock_exclusive(file.rawValue) }
            return true
        } catch {
            guard error == .EAGAIN || error == .EACCES else { throw error }
            return false
        }
    }

    /// Asks without taking it.
    public func isLocked(_ file: FileID) throws(Errno) -> Bool {
        try systemCall { daybook_is_locked(file.rawValue) } == 1
    }
}
