internal import Daybook
internal import DaybookPlatform

/// One run of an import: where it begins, and what it has recorded.
struct GitRun: ~Copyable {
    let repository: GitRepository
    let limits: GitAppendLimits
    var report: GitReport
    var queue: GitAppendQueue
    var writer: GitEventWriter
    /// Where the earlier runs ended; nil where there were none, or the stream was deleted since.
    let last: GitMark?
    /// The token that the next append has to find.
    var token: [UInt8]?
    /// What the next append expects of the stream, and the revision its first event gets.
    var condition: StreamCondition
    var nextRevision: Revision
    /// The revision at which the record of this history begins.
    let first: Revision
    var commitsTotal = 0

    /// Finds out where the import stands.
    static func begin(
        _ repository: GitRepository, store: any EventStore, source: String, limits: GitAppendLimits
    ) async throws(GitError) -> GitRun {
        let stream = "git-" + source
        let consumer = "import:git:" + source
        let tracking = try await askStore { () throws(StoreError) in
            try await store.tracking(consumer)
        }
        let info = try await askStore { () throws(StoreError) in try await store.stream(stream) }
        var last: GitMark?
        if case .live = info.state {
            last = tracking.flatMap { GitMark($0) }
            if last == nil { throw foreign(stream, consumer) }
        }
        let report = GitReport(stream: stream, consumer: consumer, head: repository.head)
        return GitRun(
            repository, store: store, report: report, limits: limits, last: last,
            token: tracking?.token, state: info.state)
    }

    private init(
        _ repository: GitRepository, store: any EventStore, report: GitReport,
        limits: GitAppendLimits, last: GitMark?, token: [UInt8]?, state: StreamState
    ) {
        self.repository = repository
        self.limits = limits
        self.report = report
        self.last = last
        self.token = token
        nextRevision = state.next
        // Not `?? nextRevision`: with a closure over a value that cannot be copied, before it is
        // whole, Swift 6.3 destroys fields that do not exist yet.
        first = last?.first ?? state.next
        condition =
            switch state {
            case .live(let revision): .revision(revision)
            case .softDeleted: .softDeleted
            case .never, .onlyMetadata, .tombstoned: .none
            }
        queue = GitAppendQueue(store)
        writer = GitEventWriter(stream: report.stream, from: last?.first ?? state.next)
        guard let last else { return }
        self.report.commitsInAll = last.commitsInAll
        self.report.changesInAll = last.changesInAll
        self.report.continuedAfter = last.commit
    }

    /// Whether there is anything to record.
    ///
    /// - Throws: `rewritten` where the last commit is not on the chain.
    mutating func findsNewCommits(on threads: IOThreads) async throws(GitError) -> Bool {
        guard let head = repository.head else {
            if let last { throw rewritten(last, "HEAD names no commit any more") }
            return false
        }
        if let last {
            let repository = repository
            guard
                try await threads.run({ () throws(GitError) in
                    try repository.parents(of: last.commit) != nil
                })
            else { throw rewritten(last, "the repository does not have that commit") }
            if last.commit == head, !last.isInsideCommit { return false }
        }
        let (repository, after) = (repository, excluded)
        commitsTotal = try await threads.run { () throws(GitError) in
            try repository.count(after: after)
        }
        if commitsTotal == 0, let last {
            throw rewritten(last, "\(head.short), which is HEAD now, comes before it")
        }
        return commitsTotal > 0
    }

    /// What git leaves out: all that the last commit leads to, and itself where all of it is
    /// recorded.
    var excluded: GitExclusion? {
        last.map { $0.isInsideCommit ? .parents(of: $0.commit) : .commit($0.commit) }
    }

    /// Whether the first commit that git gives follows on what is recorded.
    func checkFirst(_ first: GitCommit) throws(GitError) {
        guard let last else { return }
        if last.isInsideCommit {
            guard first.hash == last.commit else {
                throw rewritten(last, "the chain does not lead through it")
            }
        } else if first.isBoundary, first.parents.first == last.commit {
            throw GitError(
                .rewritten, "The import cannot go on after \(last.commit)",
                why: "the clone is shallow and ends behind it, so git cannot tell what changed",
                remedy: "Run `git fetch --unshallow` in the repository.",
                place: repository.program.repository)
        } else if first.parents.first != last.commit {
            throw rewritten(last, "the chain does not lead through it")
        }
    }

    private func rewritten(_ last: GitMark, _ why: String) -> GitError {
        GitError(
            .rewritten, "The history imported up to \(last.commit) is not that of this repository",
            why: "\(why); history was rewritten, a merge turned it into a side branch, or it is "
                + "another repository of the same name",
            remedy: "Import it under another name with --source NAME, or delete the stream with "
                + "`daybook delete \(report.stream)` and import it anew.",
            place: repository.program.repository)
    }

    private static func foreign(_ stream: String, _ consumer: String) -> GitError {
        GitError(
            .foreignStream, "The stream \(stream) was not written by an import from git",
            why: "it has events, and the consumer \(consumer) has no mark of an import",
            remedy: "Import under another name with --source NAME.", place: stream)
    }
}

/// What git leaves out of a history.
enum GitExclusion: Hashable, Sendable {
    /// The commit, and all before it.
    case commit(GitObjectID)
    /// All before the commit.
    case parents(of: GitObjectID)

    /// As git reads it.
    var argument: String {
        switch self {
        case .commit(let hash): "^\(hash)"
        case .parents(let hash): "^\(hash)^@"
        }
    }
}
