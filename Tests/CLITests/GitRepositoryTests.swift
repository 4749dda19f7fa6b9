import Daybook
import DaybookJSON
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct `Repositories of every kind` {
    @Test func `A repository without commits is imported as such`() async throws {
        let sandbox = try GitSandbox()
        let store = ModelStore()
        let report = try await GitImporter(repository: sandbox.path, store: store).run()
        #expect(report.head == nil && report.commits == 0 && report.stream == "git-sample")
        try sandbox.shell("echo 1 > a; git add .; git commit -qm one")
        try await expectFaithfulImport(of: sandbox, into: store)
    }

    @Test(arguments: ["sample.git", "sample"])
    func `A bare repository is called by its folder without the suffix`(_ name: String) async throws
    {
        let sandbox = try GitSandbox(name: name, bare: true)
        sandbox.commit()
        sandbox.write("a")
        try sandbox.make()
        let report = try await expectFaithfulImport(of: sandbox)
        #expect(report.stream == "git-sample")
    }

    @Test func `The folder .git stands for the repository around it`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell("echo 1 > a; git add .; git commit -qm one")
        let store = ModelStore()
        let inner = try await GitImporter(repository: sandbox.path + "/.git", store: store).run()
        let outer = try await GitImporter(repository: sandbox.path + "/.", store: store).run()
        #expect(inner.stream == outer.stream && outer.commits == 0 && inner.commits == 1)
    }

    @Test func `A linked work tree has its own HEAD, which may be detached`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            for i in 1 2 3; do echo $i > a; git add .; git commit -qm $i; done
            git worktree add -q --detach ../linked main~1
            """)
        let store = ModelStore()
        let linked = sandbox.folder + "/linked"
        let report = try await GitImporter(repository: linked, store: store).run()
        #expect(report.stream == "git-linked" && report.commits == 2)
        #expect(try await GitVerifier(store: store, stream: "git-linked").run().commitsRight == 2)
    }

    @Test func `Another branch than HEAD can be named`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            for i in 1 2 3; do echo $i > a; git add .; git commit -qm $i; done
            git branch -- early HEAD~2; git tag -a -m tagged v1 HEAD~1
            """)
        for (reference, commits) in [("early", 1), ("v1", 2), ("HEAD~1", 2)] {
            var importer = GitImporter(repository: sandbox.path, store: ModelStore())
            importer.reference = reference
            #expect(try await importer.run().commits == commits)
        }
        for reference in ["none", "--all", "HEAD:a", ""] {
            var importer = GitImporter(repository: sandbox.path, store: ModelStore())
            importer.reference = reference
            let error = try await #require(throws: GitError.self) { try await importer.run() }
            #expect(error.code == .unknownRevision)
        }
    }

    @Test func `The command says that a clone is shallow`() async throws {
        let origin = try GitSandbox()
        try origin.shell("for i in 1 2 3; do echo $i > f$i; git add .; git commit -qm $i; done")
        try origin.git("clone -q --depth 2 file://\(origin.path) ../shallow")
        let (shallow, first) = (origin.folder + "/shallow", try origin.chain()[1].commit)
        let text = await Console(opening: ModelOpened()).run("import", shallow)
        #expect(
            text.errors
                == "note: the clone is shallow: the record begins with \(first.prefix(10))\n")
        let json = await Console(opening: ModelOpened()).run("import", shallow, "--json")
        #expect(try parsed(json.output)["shallowFrom"]?.asString == first)
    }

    @Test func `A shallow clone is recorded from its boundary on`() async throws {
        let origin = try GitSandbox()
        try origin.shell("for i in 1 2 3 4; do echo $i > f$i; git add .; git commit -qm $i; done")
        try origin.git("clone -q --depth 2 file://\(origin.path) ../shallow")
        let store = ModelStore()
        let shallow = origin.folder + "/shallow"
        let report = try await GitImporter(repository: shallow, store: store).run()
        let chain = try origin.chain()
        #expect(report.boundary?.description == chain[2].commit)
        #expect(report.commits == 2 && report.changes == 4)
        let first = try #require(try await store.events(.stream("git-shallow")).first)
        #expect(first.text.contains("\"parents\":[\"\(chain[1].commit)\"]"))
        #expect(first.text.hasSuffix("\"shallow\":true}"))
        #expect(try await GitVerifier(store: store, stream: "git-shallow").run().commitsRight == 2)

        // What was missing comes later, and what was recorded stays.
        try origin.shell("echo 5 > f5; git add .; git commit -qm 5")
        _ = try GitSandbox.call("git", ["-C", shallow, "pull", "-q", "--unshallow"])
        let more = try await GitImporter(repository: shallow, store: store).run()
        #expect(more.commits == 1 && more.boundary == nil)
        #expect(try await GitVerifier(store: store, stream: "git-shallow").run().commitsRight == 3)

        // A clone that ends right behind the last commit cannot be gone on from.
        try origin.shell("echo 6 > f6; git add .; git commit -qm 6")
        try origin.shell("mkdir ../again; git clone -q --depth 1 file://$PWD ../again/shallow")
        let again = origin.folder + "/again/shallow"
        let error = try await #require(throws: GitError.self) {
            try await GitImporter(repository: again, store: store).run()
        }
        #expect(error.code == .rewritten)
    }

    @Test func `What is no repository is told so`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell("mkdir -p sub/deep; echo 1 > sub/a; git add .; git commit -qm one")
        for (path, why) in [
            (sandbox.folder, "not a git repository"), (sandbox.folder + "/none", "No such file"),
            (sandbox.path + "/sub/a", "Not a directory"), (sandbox.path + "/sub", "the folder sub"),
            ("", "no path"),
        ] {
            let error = try await #require(throws: GitError.self) {
                try await GitImporter(repository: path, store: ModelStore()).run()
            }
            #expect(error.code == .notRepository)
            #expect(error.why.contains(why), "\(error)")
        }
    }

    @Test func `The configuration of a repository does not change what is recorded`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            git init -q ../part; git -C ../part commit -q --allow-empty -m part
            git -c protocol.file.allow=always submodule --quiet add ../part module
            echo 1 > z; echo 2 > a; git add .; git commit -qm one
            git mv z y; git commit -qm renamed
            git -C module commit -q --allow-empty -m more; git add module; git commit -qm moved
            echo 3 > a; git commit -qam last
            """)
        let chain = try sandbox.chain()
        try sandbox.shell(
            """
            git config diff.renames copies; git config diff.ignoreSubmodules all
            git config submodule.module.ignore all; git config log.showSignature true
            git config gpg.program /bin/false; git config diff.relative true
            printf 'z\\ny\\na\\n' > order; git config diff.orderFile order
            git config log.diffMerges separate; git config color.ui always
            git config log.mailmap true; echo 'Eve <eve@example.org> <ann@example.org>' > .mailmap
            git config i18n.logOutputEncoding UTF-16; git config core.pager false
            git config log.showRoot false; git config diff.external /bin/false
            git config core.abbrev 5; git config log.follow true; git config diff.noprefix true
            git config log.date relative; git config format.pretty oneline
            git notes add -m note; git config notes.displayRef '*'; git config core.notesRef x
            git replace HEAD~1 HEAD~3
            """)
        let store = ModelStore()
        var importer = GitImporter(repository: sandbox.path, store: store)
        importer.reference = "refs/heads/main"
        let report = try await importer.run()
        #expect(try await rebuiltTrees(report.stream, in: store).map(\.tree) == chain.map(\.tree))
        #expect(report.commits == 4)
        let commit = try #require(try await store.events(.stream("git-sample")).first)
        #expect(commit.text.contains(#""name":"Ann","email":"ann@example.org""#))
    }

    @Test func `A repository whose objects are missing is an error, not a short history`()
        async throws
    {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            for i in 1 2 3 4 5; do
                mkdir -p d$i; echo $i > d$i/a; git add .; git commit -qm $i
            done
            tree=$(git rev-parse HEAD~1:d4)
            rm -f .git/objects/$(echo $tree | cut -c1-2)/$(echo $tree | cut -c3-)
            """)
        let store = ModelStore()
        let error = try await #require(throws: GitError.self) {
            try await GitImporter(repository: sandbox.path, store: store).run()
        }
        #expect(error.code == .gitFailed)
        let report = try await GitVerifier(store: store, stream: "git-sample").run()
        #expect(report.mismatch == nil && report.commitsRight <= 3)
    }
}
