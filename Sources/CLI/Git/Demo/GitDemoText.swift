internal import Daybook

/// States and differences in words, for a person.
enum GitDemoText {
    /// `commit 12 of 24: 1234567890, 2024-02-01, "The subject"`
    static func place(_ state: GitState, of commits: Int) -> String {
        let commit = state.commit
        let day = commit.committedAt.map { ", \($0.description.prefix(10))" } ?? ""
        let subject = GitText.escaped(Array(commit.subject.prefix(60).utf8))
        return "commit \(Quantity.count(state.index + 1)) of \(Quantity.count(commits)): "
            + "\(commit.hash.short)\(day), \"\(subject)\""
    }

    /// How many files there are, and where most of them lie.
    static func state(_ tree: GitTree, _ print: (String) -> Void) {
        let folders = tree.topFolders.prefix(5).map { folder in
            "\(GitText.escaped(folder.name)) (\(Quantity.count(folder.files)))"
        }
        print("  \(Quantity.count(tree.fileCount, "file"))")
        if !folders.isEmpty { print("  most of them in " + folders.joined(separator: ", ")) }
    }

    /// A file whose history can be asked for without quotes: the read-me, or else the first.
    static func example(of tree: GitTree) -> String? {
        var first: String?
        tree.forEachFile { path, _ in
            let isPlain = path.allSatisfy { byte in
                "-._/".utf8.contains(byte) || (0x30...0x39).contains(byte)
                    || (0x41...0x5A).contains(byte & 0xDF)
            }
            guard isPlain, first != "README.md" else { return }
            if first == nil || path.elementsEqual("README.md".utf8) {
                first = String(decoding: path, as: UTF8.self)
            }
        }
        return first
    }

    /// How many paths were added, modified and deleted, and some of each.
    static func difference(_ changes: [GitChange], _ print: (String) -> Void) {
        let kinds: [(sign: String, word: String, changes: [GitChange])] = [
            ("+", "added", changes.filter { $0.old == nil }),
            ("~", "modified", changes.filter { $0.old != nil && $0.new != nil }),
            ("-", "deleted", changes.filter { $0.new == nil }),
        ]
        print(
            "  "
                + kinds.map { "\(Quantity.count($0.changes.count)) \($0.word)" }
                .joined(separator: ", "))
        for kind in kinds {
            for change in kind.changes.prefix(3) {
                print("    \(kind.sign) \(GitText.escaped(change.path))")
            }
            if kind.changes.count > 3 {
                print("    \(kind.sign) and \(Quantity.count(kind.changes.count - 3)) more")
            }
        }
    }
}
