internal import Glibc

extension LinuxDisk {
    /// Has the system forget what it holds of a file in memory, all of it synced before: for whoever measures what
    /// reading takes then.
    public func forget(_ path: String) throws(Errno) {
        let file = try open(path, .read)
        defer { close(file) }
        try sync(file)
        try check(posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED))
    }
}
