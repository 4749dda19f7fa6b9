internal import DaybookPlatform

/// Where a new package has Daybook from.
enum DaybookSource: Equatable {
    /// The folder of the package, from the root of the file system.
    case folder(String)
    /// A repository.
    case url(String)

    /// As it was named, or as it is found from where the program lies.
    static func find(_ named: String?, _ surroundings: Surroundings) throws(Failure) -> Self {
        if let named {
            if named.contains("://") || named.hasPrefix("git@") { return .url(named) }
            let folder = surroundings.absolute(named)
            guard isDaybook(folder) else {
                throw .usage(
                    "`\(named)` is not the package of Daybook",
                    why: "there is no Package.swift in it that is called \"daybook\"",
                    remedy: "Name the folder of a clone of it, or the URL of a repository.")
            }
            return .folder(folder)
        }
        let program = surroundings.program() ?? ""
        var parts = program.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let folder = "/" + parts.joined(separator: "/")
            if isDaybook(folder) { return .folder(folder) }
            parts.removeLast()
        }
        throw .usage(
            "it is not known where the new package finds Daybook",
            why: "this program (`\(program)`) does not lie in a clone of it",
            remedy: "Name the folder of a clone, or the URL of a repository: --daybook ../daybook.")
    }

    private static func isDaybook(_ folder: String) -> Bool {
        guard let reader = try? ChunkReader(path: folder + "/Package.swift") else { return false }
        var text: [UInt8] = []
        while let more = try? reader.read(), !more.isEmpty { text += more }
        return String(decoding: text, as: UTF8.self).contains(#"name: "daybook""#)
    }

    /// The line in the manifest.
    var dependency: String {
        switch self {
        // The name is given: a clone may lie in a folder of any name.
        case .folder(let path): ".package(name: \"daybook\", path: \(Self.literal(path)))"
        case .url(let url): ".package(url: \(Self.literal(url)), branch: \"main\")"
        }
    }

    /// What the products are said to be of.
    var package: String {
        switch self {
        case .folder: return "daybook"
        case .url(let url):
            let last = url.split { "/:".contains($0) }.last.map(String.init) ?? url
            return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
        }
    }

    /// For people.
    var location: String {
        switch self {
        case .folder(let path): path
        case .url(let url): url
        }
    }

    private static func literal(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
