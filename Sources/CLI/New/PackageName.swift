/// What a new package is called, and its module.
struct PackageName: Equatable {
    /// Of the package, its folder and its program: `my-bank`.
    let text: String
    /// What Swift calls it: `MyBank`.
    let module: String

    static let lettersMax = 64

    /// - Throws: `Failure` of usage where it cannot be one.
    init(_ text: String) throws(Failure) {
        func wrong(_ why: String) -> Failure {
            .usage(
                "`\(text)` cannot be the name of a package", why: why,
                remedy: "Name it by letters, digits, `-` and `_`, such as `my-bank`.")
        }
        let isSpelled = text.utf8.allSatisfy { byte in
            Self.isLetter(byte) || (0x30...0x39).contains(byte) || "-_".utf8.contains(byte)
        }
        guard isSpelled, let first = text.utf8.first, Self.isLetter(first) else {
            throw wrong(
                "a name begins with a letter from a to z, and has digits, `-` and `_` besides")
        }
        if text.utf8.count > Self.lettersMax {
            throw wrong("it has \(text.utf8.count) letters, and \(Self.lettersMax) is the most")
        }
        let module = text.split { "-_".contains($0) }.map {
            $0.prefix(1).uppercased() + $0.dropFirst()
        }.joined()
        // Its targets and Daybook's are modules of one program.
        if module.hasPrefix("Daybook") || Self.taken.contains(module) {
            throw wrong("its module would be `\(module)`, and there is one of that name")
        }
        self.text = text
        self.module = module
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Modules of Swift's own and of Daybook's C libraries, and words that no module can be called by.
    private static let taken: Set<String> = [
        "Any", "CCrypto", "CDaybookPlatform", "CNGHTTP2", "CPCRE2", "CTLS", "CUV", "CZlib", "CZstd",
        "Cxx", "Dispatch",
        "Distributed", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc",
        "Musl",
        "Observation", "Protocol", "RegexBuilder", "Self", "Swift", "Synchronization", "Testing",
        "Type",
        "XCTest",
    ]
}
