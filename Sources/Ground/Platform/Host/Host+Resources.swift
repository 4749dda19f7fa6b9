internal import Glibc

extension Host {
    /// Cores of this machine, two threads of one core counted once; at least 1.
    ///
    /// As `/proc/cpuinfo` tells them, and no more than there are processors online.
    public static func coreCount() -> Int {
        let usable = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var cores: Set<String> = []
        var package = ""
        for line in text(of: "/proc/cpuinfo").split(separator: "\n") {
            if line.hasPrefix("physical id") { package = String(line) }
            if line.hasPrefix("core id") { cores.insert(package + line) }
        }
        return max(1, cores.isEmpty ? usable : min(cores.count, usable))
    }

    /// Bytes of memory this process holds now, those of files it has mapped included; nil where the system does not
    /// say.
    public static func residentBytes() -> Int? { memory(1) }

    /// Bytes of those that lie in no file: what the process has made itself; nil where the system does not say.
    public static func anonymousBytes() -> Int? {
        guard let all = memory(1), let ofFiles = memory(2) else { return nil }
        return all - ofFiles
    }

    /// The most that `residentBytes` was since it was last forgotten, or the process began; nil where the system does not
    /// say.
    public static func residentBytesMax() -> Int? {
        let line = text(of: "/proc/self/status").split(separator: "\n").first {
            $0.hasPrefix("VmHWM:")
        }
        let words = line?.split { $0 == " " || $0 == "\t" } ?? []
        return words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    }

    /// Bytes of memory this process has mapped, whether or not they are used; nil where the system does not say.
    public static func virtualBytes() -> Int? { memory(0) }

    private static func memory(_ field: Int) -> Int? {
        let fields = text(of: "/proc/self/statm").split(separator: " ")
        guard fields.count > field, let pages = Int(fields[field]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Threads of this process; nil where the system does not say.
    public static func threadCount() -> Int? {
        (try? LinuxDisk(root: "/proc/self").list("task")).map(\.count)
    }

    /// Descriptors that are open in this process; nil where the system does not say. O(n) in their number.
    public static func openFileCount() -> Int? {
        // Less the one that the listing itself has open.
        (try? LinuxDisk(root: "/proc/self").list("fd")).map { $0.count - 1 }
    }

    /// Time that the processors have spent on this process, in all its threads.
    public static func cpuNanoseconds() -> Int64 {
        var used = timespec()
        // Safe: the call fills the one value it is given.
        unsafe require(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used))
        return Int64(used.tv_sec) * 1_000_000_000 + Int64(used.tv_nsec)
    }

    /// A small file of the system as text; empty where there is none.
    static func text(of path: String) -> String {
        guard let reader = try? ChunkReader(path: path) else { return "" }
        var bytes: [UInt8] = []
        while let chunk = try? reader.read(), !chunk.isEmpty { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }
}
