/// Who may import what from outside the package: the world is reached through one door.
enum Imports {
    /// The C library and what stands on it, and the only folder that may name it.
    static let system: Set = ["Glibc", "Musl", "Darwin", "CDaybookPlatform"]
    static let door = "Sources/Ground/Platform"

    /// Foundation costs an embedding program tens of megabytes; no source needs it.
    static let heavy: Set = [
        "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML", "Dispatch",
    ]

    /// C libraries, and what may link them: the command, and for zstd what a program links that wants it, so that
    /// the embedded store needs none.
    static let libraries = [
        "CZstd": ["Sources/CLI/", "Sources/Store/Compression/"], "CZlib": ["Sources/Server/Gzip/"],
        "CCrypto": ["Sources/CLI/"], "CUV": ["Sources/Server/HTTP/"],
        "CNGHTTP2": ["Sources/Server/HTTP/"], "CTLS": ["Sources/Server/HTTP/"],
    ]

    static func problems(_ file: String, _ text: String) -> [String] {
        guard ["Sources/", "Examples/Sources/"].contains(where: file.hasPrefix) else { return [] }
        return modules(text).compactMap { number, module in
            // The checksum instructions come from the same C target, and they touch no device.
            let isChecksum = module == "CDaybookPlatform" && file.hasPrefix("Sources/Ground/Bytes/")
            if system.contains(module), !file.hasPrefix(door + "/"), !isChecksum {
                return "line \(number) imports \(module): only \(door) may"
            }
            if heavy.contains(module) { return "line \(number) imports \(module): no source may" }
            if let folders = libraries[module], !folders.contains(where: file.hasPrefix) {
                return "line \(number) imports \(module): only \(folders) may"
            }
            return nil
        }
    }

    /// The modules a file imports, with the numbers of the lines.
    static func modules(_ text: String) -> [(number: Int, module: String)] {
        text.numberedLines.compactMap { number, line in
            guard line.contains("import ") else { return nil }
            let statement =
                #/
                ^ \s* (?: @\S+ \s+ )* (?: \w+ \s+ )? import \s+
                (?: (?: struct | class | enum | protocol | func | var | let | typealias ) \s+ )?
                (\w+)
                /#
            return line.firstMatch(of: statement).map { (number, String($0.output.1)) }
        }
    }
}
