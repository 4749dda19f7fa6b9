import Daybook
import Testing

@testable import DaybookCLI

@Suite struct `Reading the output of git log` {
    private static let one = String(repeating: "1", count: 40)
    private static let two = String(repeating: "2", count: 40)
    private static let none = String(repeating: "0", count: 40)

    private static func commit(_ hash: String, _ parents: String = "", _ rest: String = "")
        -> String
    {
        "\(hash)\0\(two)\0\(parents)\0Ann\0ann@example.org\017 +0100\0"
            + "Bob\0bob@example.org\018 -0700\0"
            + "subject\n\nbody\n\0\0" + rest
    }

    private static func change(
        _ old: String, _ new: String, _ status: String, _ path: String
    ) -> String {
        let oldID = old == "000000" ? none : one
        let newID = new == "000000" ? none : two
        return ":\(old) \(new) \(oldID) \(newID) \(status)\0\(path)\0"
    }

    private func parse(
        _ text: String, pieces size: Int = .max, max: Int = GitLogParser.commitBytesMax
    ) throws -> [GitCommit] {
        var parser = GitLogParser(.sha1, commitBytesMax: max)
        var commits: [GitCommit] = []
        let bytes = Array(text.utf8)
        for piece in bytes.chunks(of: min(size, Swift.max(bytes.count, 1))) {
            try parser.take(piece) { commits.append($0) }
        }
        if let last = try parser.finish() { commits.append(last) }
        return commits
    }

    private static let whole =
        commit(one) + commit(two, one, "\n" + change("000000", "100644", "A", "a\nb"))
        + commit(
            one, "\(one) \(two)",
            "\n" + change("100644", "100755", "M", ":b")
                + change("100644", "000000", "D", "c") + change("100644", "120000", "T", two))
        + commit(two)

    @Test func `Commits and changes are read`() throws {
        let commits = try parse(Self.whole)
        #expect(commits.map(\.changes.count) == [0, 1, 3, 0])
        #expect(commits.map(\.parents.count) == [0, 1, 2, 0])
        #expect(
            commits[2].changes.map(\.type) == ["file-modified", "file-deleted", "file-modified"])
        #expect(commits[2].changes.map { GitText.escaped($0.path) } == [":b", "c", Self.two])
        #expect(commits[2].changes[2].new?.mode == .link)
        #expect(commits[1].changes[0].path == Array("a\nb".utf8))
        #expect(commits[0].author.zone == "+0100" && commits[0].committer.zone == "-0700")
        #expect(commits[0].occurredAt?.microseconds == 18_000_000)
        #expect(commits[0].subject == Array("subject".utf8))
    }

    @Test func `Pieces of any size give the same`() throws {
        let whole = try parse(Self.whole)
        for size in 1...64 { #expect(try parse(Self.whole, pieces: size) == whole) }
    }

    @Test func `Nothing gives nothing`() throws { #expect(try parse("").isEmpty) }

    @Test func `An end anywhere but behind a commit is refused`() throws {
        let text = Self.commit(Self.one, "", "\n" + Self.change("000000", "100644", "A", "a"))
        let bytes = Array(text.utf8)
        // Behind the empty token the commit may be over, and behind each change.
        let ends = bytes.indices.filter { end in
            let head = String(decoding: bytes[..<end], as: UTF8.self)
            return (try? parse(head)) != nil
        }
        #expect(ends == [0, Self.commit(Self.one).utf8.count])
    }

    private static let malformed: [String] = [
        "x\0", one + "1\0", one + "\0" + one + "\0" + one + two + "\0",
        one + "\0" + one + "\0" + one + " \0", one.uppercased() + "a\0",
        commit(one).replacing("\0\0", with: "\0x\0"), commit(one, "", "x\0"),
        commit(one, "", change("100644", "100644", "R100", "a")),
        commit(one, "", change("100644", "100644", "A", "a")),
        commit(one, "", change("000000", "100644", "D", "a")),
        commit(one, "", change("000000", "000000", "M", "a")),
        commit(one, "", change("10064", "1006444", "M", "a")),
        commit(one, "", change("100648", "100644", "M", "a")),
        commit(one, "", change("000000", "100644", "A", "")),
        commit(one, "", ":100644 100644 \(none) \(two) M\0a\0"),
        commit(one, "", ":000000 100644 \(one) \(two) A\0a\0"), commit(one, "", ":\0a\0"),
        commit(one, "", "\n\n" + change("000000", "100644", "A", "a")),
        String(repeating: "1", count: 64) + "\0",
    ]

    @Test(arguments: malformed)
    func `What git does not write is refused`(_ text: String) throws {
        let error = try #require(throws: GitError.self) { try parse(text) }
        #expect(error.code == .malformed)
    }

    @Test func `A commit over the limit is refused before it is held in memory`() throws {
        let changes = (0..<100).map { Self.change("000000", "100644", "A", "path\($0)") }.joined()
        let text = Self.commit(Self.one, "", "\n" + changes)
        #expect(try parse(text, max: text.utf8.count).count == 1)
        for size in [7, 1000, Int.max] {
            let error = try #require(throws: GitError.self) {
                try parse(text, pieces: size, max: text.utf8.count - 20)
            }
            #expect(error.what.contains(Self.one))
        }
    }
}
