internal import Daybook
internal import DaybookPlatform

/// Records the history of a git repository: the first-parent chain of a reference, oldest first,
/// one append for each commit.
///
/// The history stands in the stream `git-<source>`, where the source is the name of the
/// repository's folder unless another is given; `GitEventType` says what the events are. Each
/// append carries a tracking mark of the consumer `import:git:<source>`, so an import that was
/// stopped, or run again after new commits, goes on where it stands, and nothing is recorded twice.
/// Ids follow from stream, commit and place.
///
/// - A repository without commits is imported as such: nothing is recorded.
/// - The first commit of a shallow clone is recorded with all its files as added, `"shallow":
///   true`, and the parents it has.
/// - A history that was rewritten is refused. With the stream deleted, the next import records it
///   anew.
struct GitImporter {
    let path: String
    let store: any EventStore
    let source: String?
    /// Up to which commit.
    var reference = "HEAD"
    /// When a commit is recorded in several appends.
    var limits = GitAppendLimits()
    /// Asked between commits; a cancelled task stops the run too.
    var shouldStop: @Sendable () -> Bool = { false }

    init(repository path: String, store: any EventStore, source: String? = nil) {
        self.path = path
        self.store = store
        self.source = source
    }

    /// Whether there is a repository to import: asked before a store is made for it.
    ///
    /// - Throws: as `run` does where it finds no repository, or no git.
    static func check(repository path: String) async throws(GitError) {
        let threads = try ioThread()
        defer { threads.stop() }
        _ = try await threads.run { () throws(GitError) in try GitRepository(path: path) }
    }

    /// Records what is not recorded yet.
    ///
    /// - Parameter progress: told after each append, many times a second.
    /// - Throws: any code of `GitError`. What was recorded by then stays.
    func run(
        progress: (GitProgress) -> Void = { _ in }
    ) async throws(GitError) -> GitReport {
        let threads = try Self.ioThread()
        defer { threads.stop() }
        let (path, reference) = (path, reference)
        let repository = try await threads.run { () throws(GitError) in
            try GitRepository(path: path, reference: reference)
        }
        var run = try await GitRun.begin(
            repository, store: store, source: source ?? repository.name, limits: limits)
        let isNew = try await run.findsNewCommits(on: threads)
        if isNew {
            do throws(GitError) {
                try await run.recordAll(on: threads, until: shouldStop, progress)
            } catch {
                await run.queue.abandon()
                throw error
            }
        }
        return run.report
    }

    private static func ioThread() throws(GitError) -> IOThreads {
        do throws(Errno) { return try IOThreads(count: 1, name: "daybook-git") } catch {
            throw GitError(
                .noGit, "The import cannot start",
                why: "there is no thread to read from git: \(error)",
                remedy: "Raise the limit on threads (`ulimit -u`).")
        }
    }
}
