internal import Daybook

/// Reads the history of a git repository; joined to the command where there is one.
protocol GitImport: Sendable {
    /// - Parameters:
    ///   - source: the name under which it is continued; nil: the repository's own.
    ///   - progress: called now and then.
    func run(
        repository: String, into store: any EventStore, source: String?, interruption: Interruption,
        progress: (GitImportReport) -> Void
    ) async throws -> GitImportReport
}

/// How far the import of a repository has come.
struct GitImportReport: Sendable, Equatable {
    var stream = ""
    /// Commits recorded in this run, and how many there are to record where that is known.
    var commits = 0
    var commitsTotal: Int?
    var events = 0
    var isInterrupted = false
}
