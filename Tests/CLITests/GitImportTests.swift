import Daybook
import DaybookJSON
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

@testable import DaybookCLI

@Suite struct `Importing from git again and again` {
    @Test func `A second import records nothing, a third what is new`() async throws {
        let sandbox = try GitSandbox()
        let store = ModelStore()
        sandbox.commit("one")
        sandbox.write("a")
        try sandbox.make()
        try await expectFaithfulImport(of: sandbox, into: store)
        let again = try await expectFaithfulImport(of: sandbox, into: store)
        #expect(again.commits == 0 && again.appends == 0 && again.events == 0)
        #expect(again.commitsInAll == 1 && again.changesInAll == 1)

        sandbox.commit("two", from: "refs/heads/main^0")
        sandbox.write("a", "changed")
        sandbox.commit("three")
        try sandbox.make()
        let more = try await expectFaithfulImport(of: sandbox, into: store)
        #expect(more.commits == 2 && more.commitsInAll == 3 && more.changesInAll == 2)
        #expect(more.continuedAfter == again.head)
    }

    @Test func `A store on the disk, closed and opened between, holds the same`() async throws {
        let sandbox = try GitSandbox()
        for round in 0..<3 {
            for index in 0..<40 {
                sandbox.commit(
                    "c\(round).\(index)", from: round > 0 && index == 0 ? "refs/heads/main^0" : nil)
                sandbox.write("f\(index % 7)/\(index % 11)", "\(round) \(index)")
            }
            try sandbox.make()
            let store = try await EmbeddedStore.open(at: sandbox.folder + "/store")
            let report = try await expectFaithfulImport(of: sandbox, into: store)
            #expect(report.commits == 40 && report.commitsInAll == (round + 1) * 40)
            try await store.close()
        }
    }

    @Test func `The command is told what it shows, and what went wrong`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit("one")
        sandbox.write("a")
        try sandbox.make()
        let console = Console(opening: ModelOpened())
        let result = await console.run("import", sandbox.path, "--source", "x", "--json")
        #expect(result.exit == .success, "\(result.errors)")
        let report = try parsed(result.output)
        #expect(
            report == [
                "stream": "git-x", "commits": 1, "events": 2, "seconds": 0, "eventsPerSecond": nil,
                "complete": true,
            ])
        #expect(console.interruption.request(at: 0), "it ends between two commits")
        for name in ["two", "three"] { try sandbox.git("commit -q --allow-empty -m \(name)") }
        let stopped = await console.run("import", sandbox.path, "--source", "x")
        #expect(stopped.exit == .interrupted)
        #expect(stopped.output == "stopped behind 0 commits; the same command continues\n")

        let missing = await console.run("import", sandbox.folder, "--json")
        #expect(missing.exit == .notFound)
        #expect(try parsed(missing.errors)["error"]?["code"] == "notRepository")
        try sandbox.git("reset -q --soft HEAD~2")
        try sandbox.git("commit -q --amend --allow-empty -m another")
        let rewritten = await console.run("import", sandbox.path, "--source", "x", "--json")
        #expect(rewritten.exit == .refused)
        #expect(try parsed(rewritten.errors)["error"]?["code"] == "rewritten")
    }

    @Test(arguments: [["import"], ["demo", "git"]])
    func `Without a repository no store is made`(words: [String]) async throws {
        let sandbox = try GitSandbox()
        let console = Console()
        let result = await console.run(words + [sandbox.folder])
        #expect(result.exit == .notFound, "\(result.errors)")
        #expect(console.opened.last == nil)
        #expect(await console.run("import", "-", "--format", "git").exit == .usage)
        #expect(console.opened.last == nil)
    }

    @Test func `While it runs, and at the end, it says how fast it is`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit("one")
        sandbox.write("a")
        try sandbox.make()
        var console = Console(opening: ModelOpened())
        console.isTerminal = true
        console.columns = 120
        // The clock of these surroundings stands still: a rate is the number itself.
        let result = await console.run("import", sandbox.path)
        #expect(result.errors.contains("] 100.0 % 1 commit, 1 commits/s, 0.0 s left"))
        #expect(
            result.output == "1 commit as 2 events recorded in git-sample in 0.0 s: 1 commits/s, "
                + "2 events/s\n")
        let done = GitProgress(commits: 1000, commitsTotal: 4000, changes: 0)
        #expect(
            ImportCommand.progress(done, seconds: 2).hasSuffix(
                "1,000 commits, 500 commits/s, 6.0 s left"))
    }

    @Test(arguments: 1...4)
    func `A merge of what stood beside the last commit is gone on from`(_ stop: Int) async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell(
            """
            for i in 1 2 3; do echo $i > m; git add .; git commit -qm $i; git tag t$i; done
            git checkout -q -b side t1; echo s > s; git add .; git commit -qm side
            git checkout -q main; git merge -q --no-ff -m merge side; git tag t4
            """)
        let store = ModelStore()
        try sandbox.git("checkout -q t\(stop)")
        try await expectFaithfulImport(of: sandbox, into: store)
        try sandbox.git("checkout -q main")
        try await expectFaithfulImport(of: sandbox, into: store)
    }

    @Test(arguments: ["amended", "reset", "orphan", "foxtrot", "unborn"])
    func `A history that was rewritten is refused, and the stream stays as it is`(
        _ how: String
    ) async throws {
        let sandbox = try GitSandbox()
        let store = ModelStore()
        try sandbox.shell(
            "for i in 1 2 3; do echo $i > a; git add .; git commit -qm $i; git tag t$i; done")
        try await expectFaithfulImport(of: sandbox, into: store)
        let before = try await store.head()
        switch how {
        case "amended": try sandbox.git("commit -q --amend --allow-empty -m other")
        case "reset": try sandbox.git("reset -q --hard t2")
        case "orphan":
            try sandbox.shell("git checkout -q --orphan x; echo o > o; git add .; git commit -qm o")
        case "foxtrot":
            try sandbox.shell(
                """
                git checkout -q -b side t2; echo s > s; git add .; git commit -qm side
                git merge -q --no-ff -m foxtrot main
                """)
        default: try sandbox.git("symbolic-ref HEAD refs/heads/none")
        }
        let error = try await #require(throws: GitError.self) {
            try await GitImporter(repository: sandbox.path, store: store).run()
        }
        #expect(error.code == .rewritten)
        #expect(error.description.contains("--source NAME"))
        #expect(error.description.contains("daybook delete git-sample"))
        #expect(try await store.head() == before)

        // Both remedies work.
        if how == "unborn" { return }
        let other = try await GitImporter(
            repository: sandbox.path, store: store, source: "other"
        ).run()
        #expect(other.stream == "git-other")
        _ = try await store.delete("git-sample")
        try await expectFaithfulImport(of: sandbox, into: store)
    }

    @Test func `Another repository of the same name is refused`() async throws {
        let (one, other) = (try GitSandbox(), try GitSandbox())
        let store = ModelStore()
        for sandbox in [one, other] {
            try sandbox.shell("echo \"$0\" > a; git add .; git commit -qm one")
        }
        try await expectFaithfulImport(of: one, into: store)
        let error = try await #require(throws: GitError.self) {
            try await GitImporter(repository: other.path, store: store).run()
        }
        #expect(error.code == .rewritten)
        #expect(error.why.contains("another repository of the same name"))
    }

    @Test func `A stream that others wrote is refused`() async throws {
        let sandbox = try GitSandbox()
        try sandbox.shell("echo 1 > a; git add .; git commit -qm one")
        let store = ModelStore()
        _ = try await store.append([Event(type: "note")], to: "git-sample")
        let error = try await #require(throws: GitError.self) {
            try await GitImporter(repository: sandbox.path, store: store).run()
        }
        #expect(error.code == .foreignStream)
    }

    @Test(arguments: [
        GitAppendLimits(eventsMax: 2), GitAppendLimits(eventsMax: 7),
        GitAppendLimits(bytesMax: 2000), GitAppendLimits(bytesMax: 1),
    ])
    func `A commit over the limits goes on in marked parts`(_ limits: GitAppendLimits) async throws
    {
        let sandbox = try GitSandbox()
        sandbox.commit("many")
        for index in 0..<40 { sandbox.write("f\(index)") }
        sandbox.commit("few")
        sandbox.write("f1", "new")
        try sandbox.make()
        let store = ModelStore()
        let report = try await expectFaithfulImport(of: sandbox, into: store, limits: limits)
        let events = try await store.events(.stream("git-sample"))
        let parts = events.filter { $0.type == "commit-continued" }
        #expect(report.appends == parts.count + 2 && !parts.isEmpty)
        #expect(events[0].text.contains("\"part\":1,\"parts\":\(parts.count + 1)}"))
        for (index, part) in parts.enumerated() {
            #expect(part.text.hasSuffix("\"part\":\(index + 2),\"parts\":\(parts.count + 1)}"))
            #expect(part.causationOrNone == events[0].id.description)
        }
        #expect(Set(events.map(\.id)).count == events.count)
    }

    @Test func `An import that ended inside a commit goes on inside it`() async throws {
        let sandbox = try GitSandbox()
        sandbox.commit("small")
        sandbox.write("x")
        sandbox.commit("many")
        for index in 0..<20 { sandbox.write("f\(index)") }
        sandbox.commit("few")
        sandbox.write("f1", "new")
        try sandbox.make()
        for stop in 1...11 {
            let appends = Counter()
            let store = MeddlingStore { (append) throws(StoreError) in
                if appends.next() > stop { throw .full }
                return append
            }
            var importer = GitImporter(repository: sandbox.path, store: store)
            importer.limits.eventsMax = 3
            let error = await #expect(throws: GitError.self) { try await importer.run() }
            #expect(error?.store?.code == .diskFull)
            let stopped = try await GitVerifier(store: store.inner, stream: "git-sample").run()
            #expect(stopped.mismatch == nil)
            #expect(stopped.endsInsideCommit == (2...10).contains(stop))
            // Other limits than before, too.
            try await expectFaithfulImport(
                of: sandbox, into: store.inner, limits: GitAppendLimits(eventsMax: 2 + stop))
        }
    }

    @Test(arguments: 1...4)
    func `Appends that a store looks at out of order are sent again`(_ seed: UInt64) async throws {
        let sandbox = try GitSandbox()
        for index in 0..<30 {
            sandbox.commit("c\(index)")
            sandbox.write("f\(index % 4)", "\(index)")
        }
        try sandbox.make()
        let appends = Counter()
        let store = MeddlingStore(delay: {
            // Some appends are overtaken by those behind them.
            let number = UInt64(appends.next())
            for _ in 0..<(number &* seed &* 0x9E37_79B9_7F4A_7C15) >> 60 { await Task.yield() }
        })
        var importer = GitImporter(repository: sandbox.path, store: store)
        importer.limits.eventsMax = 2
        let report = try await importer.run()
        #expect(report.commits == 30)
        #expect(appends.next() > report.appends + 1, "none was sent again: the test tests nothing")
        try await expectFaithfulImport(of: sandbox, into: store.inner)
    }

    @Test func `A run that shall stop ends between commits`() async throws {
        let sandbox = try GitSandbox()
        for index in 0..<10 {
            sandbox.commit("c\(index)")
            sandbox.write("f", "\(index)")
        }
        try sandbox.make()
        let store = ModelStore()
        var importer = GitImporter(repository: sandbox.path, store: store)
        let questions = Counter()
        importer.shouldStop = { questions.next() > 4 }
        let report = try await importer.run()
        #expect(report.isStopped && report.commits == 4)
        try await expectFaithfulImport(of: sandbox, into: store)
    }
}

/// Counts calls from anywhere.
final class Counter: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

extension RecordedEvent {
    var causationOrNone: String { causation ?? "none" }
}

extension StoreError {
    static let full = StoreError(.diskFull, "No room", why: "a test", remedy: "None.")
}
