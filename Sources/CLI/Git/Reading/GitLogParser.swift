internal import DaybookBytes

/// Reads the output of `git log` as it comes, in pieces of any size, and gives back whole commits.
///
/// A commit is known to be whole when the next one begins, or when git has ended well: the last one
/// is given back by `finish`, which is only called then.
struct GitLogParser {
    /// All changes of one commit, as git writes them, must stay under this: 1 GiB.
    static let commitBytesMax = 1 << 30

    /// Which token comes next.
    private enum Place: Hashable {
        case hash, tree, parents, authorName, authorEmail, authorDate
        case committerName, committerEmail, committerDate, message, end
        case changeOrHash
        case path
    }

    let format: GitObjectID.Format
    private let commitBytesMax: Int
    private var place = Place.hash
    /// The piece of a token that came so far.
    private var token: [UInt8] = []
    private var commit: GitCommit
    private var commitBytes = 0
    private var change: (old: GitChange.Entry?, new: GitChange.Entry?) = (nil, nil)

    init(_ format: GitObjectID.Format, commitBytesMax: Int = GitLogParser.commitBytesMax) {
        self.format = format
        self.commitBytesMax = commitBytesMax
        commit = Self.nothing(format)
    }

    /// Takes the next piece; `body` gets each commit that it completes.
    mutating func take(
        _ bytes: [UInt8], _ body: (GitCommit) throws(GitError) -> Void
    ) throws(GitError) {
        var start = 0
        for index in bytes.indices where bytes[index] == 0 {
            if token.isEmpty {
                if let done = try take(token: bytes.rawSpan.extracting(start..<index)) {
                    try body(done)
                }
            } else {
                token += bytes[start..<index]
                let whole = token
                token.removeAll(keepingCapacity: true)
                if let done = try take(token: whole.rawSpan) { try body(done) }
            }
            start = index + 1
        }
        token += bytes[start...]
        if commitBytes + token.count > commitBytesMax { throw tooLarge }
    }

    /// The last commit, nil where there was none at all.
    mutating func finish() throws(GitError) -> GitCommit? {
        guard token.isEmpty else { throw malformed("the end is missing", token.rawSpan) }
        switch place {
        case .hash: return nil
        case .changeOrHash:
            place = .hash
            return commit
        default: throw malformed("it ends inside a commit", token.rawSpan)
        }
    }

    private mutating func take(token: RawSpan) throws(GitError) -> GitCommit? {
        commitBytes += token.byteCount + 1
        if commitBytes > commitBytesMax { throw tooLarge }
        switch place {
        case .hash:
            commit.hash = try object(token)
            place = .tree
        case .tree:
            commit.tree = try object(token)
            place = .parents
        case .parents:
            commit.parents = try objects(token)
            place = .authorName
        case .authorName:
            commit.author.name = token.copied()
            place = .authorEmail
        case .authorEmail:
            commit.author.email = token.copied()
            place = .authorDate
        case .authorDate:
            commit.author.date = token.copied()
            place = .committerName
        case .committerName:
            commit.committer.name = token.copied()
            place = .committerEmail
        case .committerEmail:
            commit.committer.email = token.copied()
            place = .committerDate
        case .committerDate:
            commit.committer.date = token.copied()
            place = .message
        case .message:
            commit.message = token.copied()
            place = .end
        case .end:
            guard token.isEmpty else { throw malformed("a commit does not end", token) }
            place = .changeOrHash
        case .changeOrHash:
            let isFirst = commit.changes.isEmpty
            let offset = isFirst && !token.isEmpty && token.u8(at: 0) == UInt8(ascii: "\n") ? 1 : 0
            let line = token.extracting(offset...)
            if !line.isEmpty, line.u8(at: 0) == UInt8(ascii: ":") {
                change = try entries(line)
                place = .path
            } else {
                return try begin(token)
            }
        case .path:
            guard !token.isEmpty else { throw malformed("a path is empty", token) }
            commit.changes.append(GitChange(path: token.copied(), old: change.old, new: change.new))
            place = .changeOrHash
        }
        return nil
    }

    /// Starts the commit with this hash and gives back the one before.
    private mutating func begin(_ hash: RawSpan) throws(GitError) -> GitCommit {
        let done = commit
        commit = Self.nothing(format)
        commit.hash = try object(hash)
        commitBytes = hash.byteCount
        place = .tree
        return done
    }

    private static func nothing(_ format: GitObjectID.Format) -> GitCommit {
        let none = [UInt8](repeating: 0, count: format.bytes)
        let id = GitObjectID(digest: none.rawSpan, format)
        let nobody = GitCommit.Person(name: [], email: [], date: [])
        return GitCommit(
            hash: id, tree: id, parents: [], author: nobody, committer: nobody, message: [])
    }

    private var tooLarge: GitError {
        GitError(
            .malformed, "The commit \(commit.hash) cannot be imported",
            why: "git describes it in more than \(commitBytesMax) bytes",
            remedy: "Split it into smaller commits, or import the history up to the one before")
    }
}
