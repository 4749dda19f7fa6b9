internal import Daybook

/// The import from git as the command `daybook import` asks for it.
struct GitHistoryImport: GitImport {
    func run(
        repository: String, into store: any EventStore, source: String?,
        interruption: Interruption, progress: (GitImportReport) -> Void
    ) async throws -> GitImportReport {
        var importer = GitImporter(repository: repository, store: store, source: source)
        interruption.listen {}
        importer.shouldStop = { interruption.isRequested }
        do throws(GitError) {
            let report = try await importer.run { done in
                progress(
                    GitImportReport(
                        commits: done.commits, commitsTotal: done.commitsTotal,
                        events: done.commits + done.changes))
            }
            return GitImportReport(
                stream: report.stream, commits: report.commits, commitsTotal: nil,
                events: report.events, isInterrupted: report.isStopped)
        } catch {
            throw Failure(error)
        }
    }
}

extension Failure {
    /// What went wrong with a repository, or in the store.
    init(_ error: GitError) {
        if let error = error.store {
            self.init(error)
        } else {
            let exit: ExitCode =
                switch error.code {
                case .notRepository, .unknownRevision: .notFound
                case .rewritten, .foreignStream: .refused
                default: .failure
                }
            self.init(
                exit, error.code.description, error.what, why: error.why, remedy: error.remedy,
                place: error.place)
        }
    }
}
