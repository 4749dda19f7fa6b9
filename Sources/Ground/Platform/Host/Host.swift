internal import Glibc

/// What a program knows of the machine and the process it runs in.
public enum Host {
    /// The value of an environment variable, or nil where it is not set.
    public static func environment(_ name: String) -> String? {
        // Safe: copied at once; nothing in this package changes the environment.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The environment this process was started with, by name.
    public static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        for entry in text(of: "/proc/self/environ").split(separator: "\0") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
        return variables
    }

    /// The folder that relative paths start from; "/" where it has been removed.
    public static func currentDirectory() -> String {
        // Safe: with a null buffer the system allocates one, which is freed here.
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// The file of the program that this process runs, from the root of the file system; nil where the system does not
    /// say.
    public static func programPath() -> String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        // Safe: the call fills what it is given, and tells how much of it.
        let count = unsafe readlink("/proc/self/exe", &path, path.count)
        if count <= 0 { return nil }
        return String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The number the system knows this process by.
    public static var processID: Int32 { getpid() }

    /// The machine's name, as far as it knows it.
    public static func hostname() -> String {
        var name = [CChar](repeating: 0, count: 256)
        // Safe: one byte less than there is, so that a cut name is terminated too.
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Ends the process at once with this status; what is buffered elsewhere is not written.
    public static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
