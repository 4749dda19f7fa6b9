internal import Glibc

extension Host {
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
