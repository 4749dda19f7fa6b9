internal import Glibc

extension Host {
    /// Makes an empty folder into which only this user can look.
    /// - Returns: its path.
    public static func makePrivateFolder(in parent: String) throws(Errno) -> String {
        var path = Array("\(parent)/daybook-XXXXXX".utf8CString)
        // Safe: the call fills the places of the last six characters, and keeps nothing.
        let isMade = unsafe path.withUnsafeMutableBufferPointer { path in
            unsafe mkdtemp(path.baseAddress!) != nil
        }
        if !isMade { throw Errno.last }
        return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Where files may lie that nobody misses later, and that are too large for memory.
    public static var scratchFolder: String {
        let named = environment("TMPDIR") ?? ""
        return named.isEmpty ? "/var/tmp" : named
    }

    /// So many files this process may have open at a time.
    public static func openFilesMax() -> Int { Int(clamping: openFilesLimit.rlim_cur) }

    /// Lets this process have as many files open as it is allowed to allow itself.
    ///
    /// For a program to call where it begins: it counts for all of the process, and for what it starts.
    public static func raiseOpenFilesMax() {
        var limit = openFilesLimit
        limit.rlim_cur = limit.rlim_max
        // Safe: the call reads the one value it is given. Where it is refused, fewer have to do.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static var openFilesLimit: rlimit {
        var limit = rlimit()
        // Safe: the call fills the one value it is given.
        unsafe require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit))
        return limit
    }
}
