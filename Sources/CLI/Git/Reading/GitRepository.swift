internal import DaybookBytes

/// A repository, and the commit up to which its history is asked for.
struct GitRepository: Sendable {
    let program: GitProgram
    /// The name of its folder, without `.git`.
    let name: String
    let format: GitObjectID.Format
    /// Whether older commits are missing in this clone.
    let isShallow: Bool
    /// The commit that the reference names; nil where there is none yet.
    let head: GitObjectID?

    /// Looks at the repository in a folder: bare, a work tree, or a linked one.
    ///
    /// - Throws: `notRepository`, `unknownRevision`, `noGit`, `gitFailed`. Calls block.
    init(path: String, reference: String = "HEAD") throws(GitError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Self.notRepository(path, "no path")
        }
        program = GitProgram(repository: path)
        let answer = try program.run([
            "rev-parse", "--is-shallow-repository", "--show-object-format", "--is-inside-work-tree",
            "--show-prefix", "--absolute-git-dir",
        ])
        guard answer.isSuccess else {
            let lines = answer.complaints.split(separator: "\n")
            throw Self.notRepository(path, lines.joined(separator: "; "))
        }
        // Folders may have line feeds in their names; the prefix is empty where it is right.
        let lines = answer.line.split(
            separator: UInt8(ascii: "\n"), maxSplits: 4, omittingEmptySubsequences: false)
        guard lines.count == 5, let format = Self.format(lines[1]) else {
            throw program.failed("rev-parse", "it says \"\(GitText.escaped(answer.line))\"")
        }
        guard lines[3].isEmpty else {
            let prefix = GitText.escaped(lines[3].dropLast())
            throw Self.notRepository(path, "it is the folder \(prefix) inside of one")
        }
        self.format = format
        isShallow = lines[0].elementsEqual("true".utf8)
        var folder = Array(lines[4])
        if lines[2].elementsEqual("true".utf8) {
            folder = try program.run(["rev-parse", "--show-toplevel"]).line
        }
        name = Self.name(ofFolder: folder)
        head = try Self.head(reference, program)
    }

    /// How many commits there are on the first-parent chain without what can be reached from
    /// `after`.
    func count(after: GitExclusion?) throws(GitError) -> Int {
        guard let head else { return 0 }
        let answer = try program.run(GitLog.countArguments(upTo: head, after: after))
        guard answer.isSuccess, let count = Int(answer.text) else {
            throw program.failed("rev-list", answer.complaints)
        }
        return count
    }

    /// The parents that a commit has, also where a shallow clone hides them; nil where it is not
    /// here.
    func parents(of commit: GitObjectID) throws(GitError) -> [GitObjectID]? {
        let answer = try program.run(["cat-file", "commit", commit.description])
        guard answer.isSuccess else { return nil }
        // The header ends with an empty line; parents stand in lines of their own.
        var parents: [GitObjectID] = []
        for line in answer.output.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        {
            if line.isEmpty { break }
            guard line.starts(with: "parent ".utf8) else { continue }
            let digits = Array(line.dropFirst("parent ".utf8.count))
            if let parent = GitObjectID(hex: digits.rawSpan) { parents.append(parent) }
        }
        return parents
    }

    /// What a folder is called as a source: its last name without `.git`, the folder around a bare
    /// `.git`.
    static func name(ofFolder folder: [UInt8]) -> String {
        var names = folder.split(separator: UInt8(ascii: "/"))
        if names.last?.elementsEqual(".git".utf8) == true { names.removeLast() }
        var name = names.last ?? ArraySlice("root".utf8)
        let suffix = Array(".git".utf8)
        if name.count > suffix.count, name.suffix(suffix.count).elementsEqual(suffix) {
            name = name.dropLast(suffix.count)
        }
        return GitText.escaped(name)
    }

    private static func format(_ name: ArraySlice<UInt8>) -> GitObjectID.Format? {
        GitObjectID.Format(rawValue: String(decoding: name, as: UTF8.self))
    }

    private static func head(
        _ reference: String, _ program: GitProgram
    ) throws(GitError) -> GitObjectID? {
        func resolve(_ name: String) throws(GitError) -> [UInt8]? {
            let answer = try program.run([
                "rev-parse", "--verify", "--quiet", "--end-of-options", name,
            ])
            return answer.isSuccess ? answer.line : nil
        }
        if let line = try resolve(reference + "^{commit}") {
            // Some versions of git print --end-of-options too.
            let hash = Array(line.split(separator: UInt8(ascii: "\n")).last ?? [])
            if let id = GitObjectID(hex: hash.rawSpan) { return id }
        }
        if reference == "HEAD", try resolve("HEAD") == nil,
            try program.run(["symbolic-ref", "--quiet", "HEAD"]).isSuccess
        {
            return nil
        }
        throw GitError(
            .unknownRevision, "There is no commit \"\(reference)\"",
            why: "git knows no branch, tag or commit of that name, or its objects are missing",
            remedy: "`git branch --all` lists what there is.", place: program.repository)
    }

    private static func notRepository(_ path: String, _ why: String) -> GitError {
        GitError(
            .notRepository, "\"\(GitText.escaped(Array(path.utf8)))\" is not a git repository",
            why: why,
            remedy: "Give the folder at the top of a work tree, or a bare repository.", place: nil)
    }
}
