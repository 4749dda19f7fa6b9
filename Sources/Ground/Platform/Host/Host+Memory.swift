extension Host {
    /// Bytes of memory this process holds now, those of files it has mapped included; nil where the system does not say.
    public static func residentBytes() -> Int? {
        let disk = LinuxDisk(root: "/proc/self")
        guard let file = try? disk.open("statm", .read) else { return nil }
        defer { disk.close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        // Safe: the buffer is the array's own.
        let count = unsafe text.withUnsafeMutableBytes {
            unsafe try? disk.read(file, into: $0, at: 0, .mayBlock)
        }
        let fields = text.prefix(count ?? 0).split(separator: UInt8(ascii: " ")).map {
            String(decoding: $0, as: UTF8.self)
        }
        return fields.count > 1 ? Int(fields[1]).map { $0 * 4096 } : nil
    }
}
