import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookCLI

/// A repository in a folder of its own, made by the real git, and gone with the value.
final class GitSandbox {
    let folder: String
    let path: String
    private var script: [UInt8] = []
    private var seconds = 1_700_000_000

    init(format: String = "sha1", name: String = "sample", bare: Bool = false) throws {
        folder = try Self.call("mktemp", ["-d", "/tmp/daybook-git-XXXXXX"]).trimmed
        path = folder + "/" + name
        let kind = bare ? ["--bare"] : []
        _ = try Self.call(
            "git", ["init", "-q", "-b", "main", "--object-format=\(format)"] + kind + [path])
    }

    deinit { _ = try? Self.call("rm", ["-rf", folder]) }

    // What git fast-import reads.

    /// A commit whose changes follow; `from` and `merge` name commits by mark, branch or hash.
    func commit(
        _ message: String = "change", branch: String = "main", mark: Int? = nil,
        from: String? = nil, merge: [String] = [], root: Bool = false
    ) {
        seconds += 60
        if root { line("reset refs/heads/\(branch)") }
        line("commit refs/heads/\(branch)")
        if let mark { line("mark :\(mark)") }
        line("author Ann <ann@example.org> \(seconds - 30) +0130")
        line("committer Bob <bob@example.org> \(seconds) -0700")
        data(Array(message.utf8))
        if let from { line("from \(from)") }
        for parent in merge { line("merge \(parent)") }
    }

    func write(_ path: String, _ content: String = "text", mode: String = "100644") {
        write(Array(path.utf8), content, mode: mode)
    }

    func write(_ path: [UInt8], _ content: String = "text", mode: String = "100644") {
        script += "M \(mode) inline ".utf8
        script += Self.quoted(path) + [10]
        data(Array(content.utf8))
    }

    /// A submodule standing at a commit.
    func link(_ path: String, to commit: String) {
        line("M 160000 \(commit) \(path)")
    }

    func delete(_ path: String) {
        script += "D ".utf8
        script += Self.quoted(Array(path.utf8)) + [10]
    }

    /// Makes the commits described so far.
    func make() throws {
        let input = script
        script = []
        _ = try git(["fast-import", "--quiet", "--force", "--date-format=raw"], input: input)
    }

    private func line(_ text: String) { script += "\(text)\n".utf8 }

    private func data(_ bytes: [UInt8]) {
        line("data \(bytes.count)")
        script += bytes + [10]
    }

    private static func quoted(_ path: [UInt8]) -> [UInt8] {
        var text = [UInt8(ascii: "\"")]
        for byte in path {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else {
                let digits = String(byte, radix: 8)
                text += "\\\(String(repeating: "0", count: 3 - digits.count))\(digits)".utf8
            }
        }
        return text + [UInt8(ascii: "\"")]
    }

    // Any command.

    @discardableResult
    func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        try Self.call("git", ["-C", path] + arguments, input: input)
    }

    @discardableResult
    func git(_ words: String) throws -> String {
        try git(words.split(separator: " ").map(String.init))
    }

    /// Runs a line of the shell in the repository.
    @discardableResult
    func shell(_ line: String) throws -> String {
        try Self.call("sh", ["-ec", "cd \"$0\"\n" + line, path])
    }

    /// The first-parent chain, oldest first, as git's other commands tell it: hash and tree.
    func chain(_ reference: String = "HEAD") throws -> [(commit: String, tree: String)] {
        try git("rev-list --first-parent --reverse --format=%T \(reference)")
            .split(separator: "\n").map(String.init).chunks(of: 2)
            .map { ($0[0].split(separator: " ").last.map(String.init) ?? "", $0[1]) }
    }

    static func call(_ program: String, _ words: [String], input: [UInt8] = []) throws -> String {
        let identity = [
            "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.org",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
        ]
        let (status, output, complaints) = try Subprocess.run(
            program, words, environment: identity, input: input)
        let text = String(decoding: output, as: UTF8.self)
        try #require(status.isSuccess, "\(program) \(words): \(complaints)")
        return text
    }
}

extension String {
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Array {
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
