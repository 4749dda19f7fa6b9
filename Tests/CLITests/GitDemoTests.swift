import Daybook
import DaybookPlatform
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct `The demonstration with a repository` {
    private func lines(_ sandbox: GitSandbox, _ store: any EventStore) async throws -> [String] {
        var lines: [String] = []
        let demo = GitDemo(time: StoppedTime(), storeOption: "--store here")
        _ = try await demo.run(repository: sandbox.path, store: store, print: { lines.append($0) })
        return lines
    }

    @Test func `It records, proves, goes back and tells what changed`() async throws {
        let sandbox = try GitSandbox()
        for index in 0..<5 {
            sandbox.commit("number \(index)\u{1B}[31m")
            sandbox.write("src/file\(index)", "\(index)")
            sandbox.write("README.md", "\(index)")
        }
        sandbox.commit("the end")
        sandbox.delete("src/file0")
        try sandbox.make()
        let store = ModelStore()
        let text = try await lines(sandbox, store).joined(separator: "\n")
        for wanted in [
            "6 commits and 11 file changes recorded in 0.0 s", "stream git-sample",
            "6 of 6 trees have the hash that git gave", "Half-way, commit 3 of 6",
            #""number 2\x1b[31m""#, "  4 files", "src (3)", "2 added, 1 modified, 1 deleted",
            "+ src/file3", "- src/file0", "5 files now",
            "daybook read --store here git-sample --backwards --limit 5", "--tag path:README.md",
        ] { #expect(text.contains(wanted), "\(text)") }
        #expect(!text.utf8.contains(0x1B))

        let again = try await lines(sandbox, store).joined(separator: "\n")
        #expect(again.contains("up to date: all 6 commits are recorded"))
    }

    @Test func `It says what is wrong, and stops there`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit("one")
        sandbox.write("a")
        sandbox.commit("two")
        sandbox.write("b")
        try sandbox.make()
        let store = MeddlingStore { (append) throws(StoreError) in
            var append = append
            for index in append.entries.indices
            where append.entries[index].event.tags.contains("path:b") {
                append.entries[index].event.data = Array(
                    append.entries[index].event.text.replacing("100644", with: "100755").utf8)
            }
            return append
        }
        let text = try await lines(sandbox, store).joined(separator: "\n")
        #expect(text.contains("WRONG at commit 2: git says that the tree of "))
        #expect(text.hasSuffix("before it, 1 tree had the hash git gave"))
    }

    @Test func `A repository without commits has nothing to show`() async throws {
        let text = try await lines(GitSandbox(), ModelStore()).joined(separator: "\n")
        #expect(text.hasSuffix("it has no commits yet: nothing to record"))
    }
}

extension Event {
    var text: String { String(decoding: data, as: UTF8.self) }
}

/// A clock that stands.
struct StoppedTime: TimeSource {
    func wallMicroseconds() -> Int64 { 0 }
    func bootNanoseconds() -> Int64 { 0 }
}
