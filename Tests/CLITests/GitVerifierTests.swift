import Daybook
import DaybookJSON
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct `Checking trees rebuilt from events` {
    /// A history in which every kind of change stands.
    private func sandbox() throws -> GitSandbox {
        let sandbox = try GitSandbox()
        sandbox.commit("one")
        for path in ["a", "b", "d/e", "d/f"] { sandbox.write(path) }
        sandbox.commit("two")
        sandbox.write("a", "changed")
        sandbox.delete("d/e")
        sandbox.commit("three")
        sandbox.write("b", "text", mode: "100755")
        sandbox.commit("four")
        try sandbox.make()
        return sandbox
    }

    /// Imports into a store in which one event was changed, and checks it.
    private func report(
        changing revision: Int, _ change: @escaping @Sendable (inout Event) -> Void
    ) async throws -> GitVerifier.Report {
        let sandbox = try sandbox()
        let events = Counter()
        let store = MeddlingStore { (append) throws(StoreError) in
            var append = append
            for index in append.entries.indices where events.next() == revision + 1 {
                change(&append.entries[index].event)
            }
            return append
        }
        _ = try await GitImporter(repository: sandbox.path, store: store).run()
        return try await GitVerifier(store: store, stream: "git-sample").run()
    }

    @Test func `What is right is found right`() async throws {
        let report = try await report(changing: -1) { _ in }
        #expect(report.isRight && report.commits == 4 && report.commitsRight == 4)
        #expect(report.changes == 7 && report.events == 11)
        #expect(report.last?.subject == "four")
    }

    // The events: 0 commit, 1...4 added, 5 commit, 6 a modified, 7 d/e deleted, 8 commit, 9 b
    // modified, 10 commit.
    @Test(arguments: [
        (1, "path", "aa", 1), (1, "mode", "100755", 1), (4, "path", "d/g", 1),
        (2, "path", "x/b", 1),
        (6, "path", "b", 2), (7, "path", "d/f", 2), (6, "mode", "120000", 2),
        (9, "mode", "100644", 3),
        (5, "tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 2),
        (6, "blob", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 2),
        (6, "oldBlob", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 2),
        (8, "hash", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 3), (3, "path", "d\\", 1),
        (3, "path", "", 1), (3, "path", "d//e", 1), (3, "path", "/", 1), (3, "blob", "12", 1),
        (10, "tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 4),
    ])
    func `A field that was changed is found`(
        _ revision: Int, _ field: String, _ value: String, _ commit: Int
    ) async throws {
        let report = try await report(changing: revision) { event in
            guard var data = (try? JSONValue(parsing: event.data))?.asObject else { return }
            data[field] = .string(value)
            event.data = JSONValue.object(data).bytes()
        }
        let mismatch = try #require(report.mismatch)
        #expect(mismatch.number == commit, "\(mismatch)")
        #expect(report.commitsRight == min(commit - 1, 3))
    }

    @Test(arguments: [
        (1, "file-modified"), (2, "file-deleted"), (6, "file-added"), (7, "file-added"),
        (5, "file-added"), (9, "note"), (10, "commit-continued"), (3, "commit"),
    ])
    func `A type that was changed is found`(_ revision: Int, _ type: String) async throws {
        let report = try await report(changing: revision) { $0.type = type }
        #expect(report.mismatch != nil)
    }

    @Test(arguments: 0...10)
    func `Data cut short is found wherever it is`(_ revision: Int) async throws {
        let report = try await report(changing: revision) { $0.data.removeLast(3) }
        #expect(report.mismatch?.revision == Revision(revision))
        #expect(report.mismatch?.what.contains("its data cannot be read") == true)
    }

    @Test func `A commit with too few or too many changes is found`() async throws {
        for (count, found) in [(1, "no more of them"), (5, "has 4 of its 5 changes")] {
            let report = try await report(changing: 0) { event in
                guard var data = (try? JSONValue(parsing: event.data))?.asObject else { return }
                data["changes"] = .number(JSONNumber(count))
                event.data = JSONValue.object(data).bytes()
            }
            #expect(report.mismatch?.what.contains(found) == true)
        }
    }

    @Test func `The state at every commit is git's, and so is the difference of any two`()
        async throws
    {
        let sandbox = try GitSandbox()
        for round in 0..<6 {
            sandbox.commit("c\(round)")
            for index in 0..<12 where (index * 7 + round * 5) % 4 == 0 {
                sandbox.write("d\(index % 3)/f\(index)", "\(index) \(round)")
            }
            if round > 0 { sandbox.delete("d\(round % 3)") }
        }
        try sandbox.make()
        let store = ModelStore()
        try await expectFaithfulImport(of: sandbox, into: store)
        let chain = try sandbox.chain()
        for (index, commit) in chain.enumerated() {
            let id = try #require(GitObjectID(commit.commit))
            let state = try #require(
                try await GitState.read("git-sample", at: .index(index), in: store))
            let same = try #require(
                try await GitState.read("git-sample", at: .hash(id), in: store))
            #expect(state.commit == same.commit && state.index == same.index)
            var lines: [String] = []
            state.tree.forEachFile { path, entry in
                lines.append("\(entry.mode) \(entry.object) \(GitText.escaped(path))")
            }
            let listed = try sandbox.git([
                "ls-tree", "-r", "--format=%(objectmode) %(objectname) %(path)", commit.commit,
            ])
            #expect(lines == listed.split(separator: "\n").map(String.init))
            for (otherIndex, other) in chain.enumerated() {
                let otherState = try #require(
                    try await GitState.read("git-sample", at: .index(otherIndex), in: store))
                let paths = GitTree.difference(from: state.tree, to: otherState.tree).map {
                    let status = $0.old == nil ? "A" : $0.new == nil ? "D" : "M"
                    return "\(status)\t\(GitText.escaped($0.path))"
                }
                let told = try sandbox.git([
                    "diff-tree", "-r", "--name-status", "--no-renames", commit.commit, other.commit,
                ])
                #expect(paths == told.split(separator: "\n").map(String.init))
            }
        }
        #expect(try await GitState.read("git-sample", at: .index(6), in: store) == nil)
    }
}
