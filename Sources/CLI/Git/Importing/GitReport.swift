/// How far an import has come.
struct GitProgress: Hashable, Sendable {
    /// Commits recorded in this run.
    var commits: Int
    /// Commits that this run has to record.
    var commitsTotal: Int
    /// Changes recorded in this run.
    var changes: Int
}

/// What an import did.
struct GitReport: Hashable, Sendable {
    /// Where the history stands.
    var stream: String
    /// The name under which its progress is kept: `import:git:<source>`.
    var consumer: String
    /// The commit up to which it is recorded; nil for a repository without commits.
    var head: GitObjectID?
    /// Commits, changes and events recorded in this run, and in how many appends.
    var commits = 0
    var changes = 0
    var events = 0
    var appends = 0
    /// Commits and changes recorded in all runs.
    var commitsInAll = 0
    var changesInAll = 0
    /// The commit that this run went on from.
    var continuedAfter: GitObjectID?
    /// The first commit, where a shallow clone ended at it: older ones are not recorded.
    var boundary: GitObjectID?
    /// What of the history a shallow clone withheld, in words; nil where it is all there.
    var shallowNote: String? {
        boundary.map { "the clone is shallow: the record begins with \($0.short)" }
    }
    /// Whether the run was stopped before the last commit; another one goes on from there.
    var isStopped = false
}
