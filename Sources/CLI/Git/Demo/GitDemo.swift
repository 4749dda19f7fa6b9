internal import Daybook
internal import DaybookPlatform

/// Shows, with a real history, what Daybook is for: records it, proves that it is all there, goes
/// back in it, and says what changed since.
struct GitDemo {
    /// What came out, for whoever has to end with a status.
    struct Outcome {
        let report: GitReport
        let verification: GitVerifier.Report
    }

    let time: any TimeSource
    /// What to write behind `daybook` so that it finds the store: `--store DIR`, or nothing.
    let storeOption: String

    init(time: any TimeSource = SystemTime(), storeOption: String = "") {
        self.time = time
        self.storeOption = storeOption
    }

    /// Does it all; `print` gets one line at a time.
    ///
    /// - Parameter progress: told how far the import is, many times a second.
    func run(
        repository: String, store: any EventStore, source: String? = nil,
        print: (String) -> Void, progress: (GitProgress) -> Void = { _ in }
    ) async throws(GitError) -> Outcome {
        let report = try await record(repository, store, source, print, progress)
        let verification = try await verify(report.stream, store, print)
        if verification.isRight, verification.commits > 0 {
            let file = try await travel(report.stream, verification.commits, store, print)
            advise(report.stream, verification.last, file, print)
        }
        return Outcome(report: report, verification: verification)
    }

    private func record(
        _ repository: String, _ store: any EventStore, _ source: String?,
        _ print: (String) -> Void, _ progress: (GitProgress) -> Void
    ) async throws(GitError) -> GitReport {
        print("Recording the history of \(GitText.escaped(Array(repository.utf8)))")
        let start = time.bootNanoseconds()
        let importer = GitImporter(repository: repository, store: store, source: source)
        let report = try await importer.run(progress: progress)
        let seconds = elapsed(since: start)
        guard let head = report.head else {
            print("  it has no commits yet: nothing to record")
            return report
        }
        if report.commits == 0 {
            print(
                "  up to date: all \(Quantity.count(report.commitsInAll)) commits are recorded")
        } else {
            let went = report.continuedAfter.map { ", going on after \($0.short)" } ?? ""
            print(
                "  \(Quantity.count(report.commits, "commit")) and "
                    + "\(Quantity.count(report.changes, "file change")) recorded in "
                    + "\(Quantity.duration(seconds: seconds))\(went): "
                    + "\(Quantity.rate(report.events, seconds: seconds)) events/s, durable"
            )
        }
        if let note = report.shallowNote { print("  \(note)") }
        print("  stream \(report.stream), up to \(head.short)")
        return report
    }

    private func verify(
        _ stream: String, _ store: any EventStore, _ print: (String) -> Void
    ) async throws(GitError) -> GitVerifier.Report {
        let info = try await askStore { () throws(StoreError) in try await store.stream(stream) }
        guard info.count > 0 else { return GitVerifier.Report() }
        print("")
        print("Rebuilding every tree from the events alone, and hashing it as git does")
        let start = time.bootNanoseconds()
        let report = try await GitVerifier(store: store, stream: stream).run()
        let seconds = elapsed(since: start)
        if let wrong = report.mismatch {
            print("  WRONG at commit \(Quantity.count(wrong.number)): \(wrong.what)")
            let right = Quantity.count(report.commitsRight, "tree")
            print(
                "  before it, \(right) had the hash git gave"
            )
        } else {
            print(
                "  \(Quantity.count(report.commitsRight)) of "
                    + "\(Quantity.count(report.commits)) "
                    + "trees have the hash that git gave, checked in \(Quantity.duration(seconds: seconds))"
            )
        }
        return report
    }

    /// Shows a past state and what changed since; gives back a file to ask about.
    private func travel(
        _ stream: String, _ commits: Int, _ store: any EventStore, _ print: (String) -> Void
    ) async throws(GitError) -> String? {
        let half = GitState.Place.index((commits - 1) / 2)
        guard let then = try await GitState.read(stream, at: half, in: store),
            let now = try await GitState.read(stream, at: .last, in: store)
        else { return nil }
        print("")
        print("Half-way, \(GitDemoText.place(then, of: commits))")
        GitDemoText.state(then.tree, print)
        let file = GitDemoText.example(of: now.tree)
        if then.index == now.index { return file }
        print("")
        print("From there to now, \(GitDemoText.place(now, of: commits))")
        GitDemoText.difference(GitTree.difference(from: then.tree, to: now.tree), print)
        print("  \(Quantity.count(now.tree.fileCount, "file")) now")
        return file
    }

    private func advise(
        _ stream: String, _ last: GitCommitFact?, _ file: String?, _ print: (String) -> Void
    ) {
        let store = storeOption.isEmpty ? "" : " " + storeOption
        print("")
        print("Try next")
        print("  daybook read\(store) \(stream) --backwards --limit 5")
        if let last { print("  daybook read\(store) --all --tag commit:\(last.hash)") }
        if let file { print("  daybook read\(store) --all --tag path:\(file)") }
        print("  daybook stats\(store)")
        print("  and after your next commit the same again: it goes on where it stands")
    }

    private func elapsed(since start: Int64) -> Double {
        Double(time.bootNanoseconds() - start) / 1e9
    }
}
