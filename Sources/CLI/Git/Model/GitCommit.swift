internal import DaybookBytes

/// A commit as git tells it, with what it changed against its first parent.
struct GitCommit: Hashable, Sendable {
    /// Who wrote or committed, and when.
    struct Person: Hashable, Sendable {
        var name: [UInt8]
        var email: [UInt8]
        /// Seconds since 1970 and the offset as git writes it: `1112911993 -0700`; empty where git
        /// cannot read it.
        var date: [UInt8]
    }

    var hash: GitObjectID
    var tree: GitObjectID
    var parents: [GitObjectID]
    var author: Person
    var committer: Person
    var message: [UInt8]
    /// In git's order, by the bytes of their paths.
    var changes: [GitChange] = []
    /// Whether a shallow clone ends here, though the commit has parents: `parents` names them, and
    /// the changes add all files.
    var isBoundary = false
}

/// What a commit did to one path.
struct GitChange: Hashable, Sendable {
    /// A file, a link or a submodule as it stands in a tree.
    struct Entry: Hashable, Sendable {
        var mode: GitMode
        /// The blob; for a submodule the commit it stands at.
        var object: GitObjectID
    }

    /// The path from the top of the repository, without a leading slash.
    var path: [UInt8]
    /// What stood there; nil where nothing did.
    var old: Entry?
    /// What stands there now; nil where nothing does.
    var new: Entry?
}

/// What an entry of a tree is, by git's octal number.
struct GitMode: Hashable, Sendable {
    let rawValue: UInt32
    init(_ rawValue: UInt32) { self.rawValue = rawValue }

    static let file = GitMode(0o100644)
    static let executable = GitMode(0o100755)
    static let link = GitMode(0o120000)
    static let submodule = GitMode(0o160000)
    static let directory = GitMode(0o040000)

    /// Reads octal digits, six at most; nil for anything else.
    init?(octal digits: RawSpan) {
        guard (1...6).contains(digits.byteCount) else { return nil }
        var value: UInt32 = 0
        for index in 0..<digits.byteCount {
            let byte = digits.u8(at: index)
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "7") else { return nil }
            value = value << 3 | UInt32(byte - UInt8(ascii: "0"))
        }
        rawValue = value
    }
}

extension GitMode: CustomStringConvertible {
    /// Octal digits without leading zeros, as in git's trees: `100644`.
    var description: String { String(rawValue, radix: 8) }
}
