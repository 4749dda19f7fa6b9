import Daybook
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct `Histories imported from git` {
    @Test(arguments: ["sha1", "sha256"])
    func `Adds, changes, deletions, modes, links and submodules lead to git's trees`(
        _ format: String
    ) async throws {
        let sandbox = try GitSandbox(format: format)
        let other = String(repeating: "c0ffee11", count: format == "sha1" ? 5 : 8)
        sandbox.commit("root")
        sandbox.write("README.md", "one")
        sandbox.write("src/main.c", "int main;")
        sandbox.write("src/deep/er/file", "x")
        sandbox.commit("modify and delete")
        sandbox.write("README.md", "two")
        sandbox.delete("src/deep/er/file")
        sandbox.commit("rename")
        sandbox.delete("src/main.c")
        sandbox.write("lib/main.c", "int main;")
        sandbox.commit("mode")
        sandbox.write("lib/main.c", "int main;", mode: "100755")
        sandbox.commit("link, and a file that becomes one")
        sandbox.write("link", "lib/main.c", mode: "120000")
        sandbox.write("README.md", "lib/main.c", mode: "120000")
        sandbox.commit("submodule")
        sandbox.link("vendor/part", to: other)
        sandbox.commit("a link becomes a submodule")
        sandbox.link("link", to: other)
        sandbox.commit("nothing")
        sandbox.commit("everything goes")
        for path in ["README.md", "lib/main.c", "link", "vendor/part"] { sandbox.delete(path) }
        sandbox.commit("and comes back")
        sandbox.write("a", "a")
        try sandbox.make()
        let report = try await expectFaithfulImport(of: sandbox)
        #expect(report.stream == "git-sample")
        #expect(report.commits == 10)
    }

    @Test func `A file and a folder that replace each other are told apart`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit()
        for path in ["a", "a.b", "a0", "b/a", "b-c", "b0", "c/d/e", "c.d/e"] { sandbox.write(path) }
        sandbox.commit()
        sandbox.delete("a")
        sandbox.write("a/b")
        sandbox.write("a/a/a")
        sandbox.delete("b/a")
        sandbox.write("b")
        sandbox.commit()
        sandbox.delete("a/b")
        sandbox.delete("a/a/a")
        sandbox.write("a", "again")
        sandbox.delete("c/d/e")
        sandbox.write("c/d", "file")
        sandbox.commit()
        sandbox.delete("c/d")
        sandbox.write("c")
        try sandbox.make()
        try await expectFaithfulImport(of: sandbox)
    }

    @Test func `Odd paths come back byte for byte`() async throws {
        let sandbox = try GitSandbox()
        let long = String(repeating: "long/", count: 300) + String(repeating: "x", count: 900)
        let paths: [[UInt8]] =
            [
                "with space", "quo\"te", "line\nfeed", "tab\there", "-leading", "back\\slash",
                "back\\x41", "\\", "Ünïcödé/日本", "caf\u{65}\u{301}", "caf\u{E9}", " ", ":colon",
                "*",
                "c1\u{85}x", "del\u{7F}", long,
            ].map { Array($0.utf8) } + [
                [0xFF, 0xFE], [0xC3], [0x61, 0xC3, 0x28], [0xED, 0xA0, 0x80],
                [0xF4, 0x90, 0x80, 0x80],
                [0x01], [0x1B, 0x5B, 0x33, 0x31, 0x6D], [0x62, 0x2F, 0xFF, 0x2F, 0xC0, 0xAF],
            ]
        sandbox.commit()
        for path in paths { sandbox.write(path, "1") }
        sandbox.commit()
        for path in paths { sandbox.write(path, "2") }
        try sandbox.make()
        let store = ModelStore()
        try await expectFaithfulImport(of: sandbox, into: store)

        let state = try #require(try await GitState.read("git-sample", at: .last, in: store))
        var found: Set<[UInt8]> = []
        state.tree.forEachFile { path, _ in found.insert(path) }
        #expect(found == Set(paths))
    }

    @Test func `Merges are told against their first parent, an octopus too`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            echo 1 > base; git add .; git commit -qm base
            for side in one two three; do
                git checkout -q -b $side main; echo $side > $side; git add .; git commit -qm $side
                echo more >> $side; git commit -qam "more $side"
            done
            git checkout -q main; echo 2 > base; git commit -qam second
            git merge -q --no-ff -m "one side" one
            git merge -q --no-ff -m "octopus" two three
            git checkout -q one; echo 3 > conflict; git add .; git commit -qm theirs
            git checkout -q main; echo 4 > conflict; git add .; git commit -qm ours
            git merge -q one || true; echo 5 > conflict; git add .; git commit -qm resolved
            git merge -q -s ours --allow-unrelated-histories -m same two || true
            """)
        let store = ModelStore()
        try await expectFaithfulImport(of: sandbox, into: store)
        let octopus = try #require(
            try await store.events(.stream("git-sample")).first { $0.text.contains("octopus") })
        #expect(octopus.text.contains("\"changes\":2"))
        let parents = try sandbox.git("log -1 --grep=octopus --format=%P").trimmed.split(
            separator: " ")
        #expect(parents.count == 3)
        for parent in parents { #expect(octopus.text.contains(parent)) }
    }

    @Test func `Empty commits, empty messages and messages that are not UTF-8 are recorded`()
        async throws
    {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            git commit -q --allow-empty -m 'first, with nothing in it'
            git commit -q --allow-empty --allow-empty-message -m ''
            echo 1 > a; git add .; git commit -qm 'one

            two
            '
            message() { git -c i18n.commitEncoding=$1 commit -q --allow-empty -F -; }
            printf 'gr\\374n \\\\' | message x-unknown
            printf 'gr\\374n' | message ISO-8859-1
            """)
        let store = ModelStore()
        try await expectFaithfulImport(of: sandbox, into: store)
        let events = try await store.events(.stream("git-sample")).filter { $0.type == "commit" }
        #expect(events.count == 5)
        #expect(events[0].text.contains(#""subject":"first, with nothing in it""#))
        #expect(events[1].text.contains(#""subject":"","message":"""#))
        #expect(events[2].text.contains(#""subject":"one","message":"one\n\ntwo\n""#))
        #expect(events[3].text.contains(#"gr\\xfcn \\\\\\x0a","changes":0,"escaped":"#))
        #expect(events[4].text.contains("\"message\":\"grün\\n\""))
    }

    @Test func `A commit with several thousand files goes in and out`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit()
        for index in 0..<5000 {
            sandbox.write("d\(index % 17)/e\(index % 93)/f\(index)", "\(index)")
        }
        sandbox.commit()
        for index in stride(from: 0, to: 5000, by: 3) {
            sandbox.delete("d\(index % 17)/e\(index % 93)/f\(index)")
        }
        try sandbox.make()
        let report = try await expectFaithfulImport(of: sandbox)
        #expect(report.changes == 5000 + 1667)
    }
}
