internal import Daybook

/// Reads a git stream back from the store, rebuilds the tree at every commit from events alone, and
/// compares its hash with the one that git gave.
///
/// A history in whose trees git itself keeps forms it does not write any more (modes such as
/// 100664, empty directories) does not pass: git tells changes in their present forms.
struct GitVerifier {
    /// The outcome.
    struct Report: Hashable, Sendable {
        /// Commits whose tree has the hash that git gave it.
        var commitsRight = 0
        /// Commits looked at; the first one that is wrong is the last one looked at.
        var commits = 0
        var changes = 0
        var events = 0
        /// The first thing that is not as it should be.
        var mismatch: Mismatch?
        /// Whether an import ended inside the last commit, which was not looked at.
        var endsInsideCommit = false
        /// The last commit whose tree is right.
        var last: GitCommitFact?

        /// Whether every tree is right.
        var isRight: Bool { mismatch == nil }
    }

    /// Where the events and git part.
    struct Mismatch: Hashable, Sendable {
        /// The commit whose tree it is, or in whose changes it was found; nil before the first.
        var commit: GitObjectID?
        /// The number of the commit, from 1.
        var number: Int
        /// The event at which it was found.
        var revision: Revision?
        var what: String
    }

    let store: any EventStore
    let stream: String

    /// Checks every commit, up to the first that is wrong.
    ///
    /// - Parameter progress: commits found right so far.
    func run(progress: (Int) -> Void = { _ in }) async throws(GitError) -> Report {
        var history = GitHistory()
        var report = Report()
        let cursor = try await askStore { () throws(StoreError) in try store.cursor(.stream(stream))
        }
        while let batch = try await askStore({ () throws(StoreError) in try await cursor.next() }) {
            for index in batch.indices {
                let event = batch.view(at: index)
                report.events += 1
                do throws(GitMismatch) {
                    let checked = try history.take(event)
                    if let checked, !Self.count(checked, event.revision, in: &report) {
                        return report
                    }
                } catch {
                    report.changes = history.changes
                    report.mismatch = Mismatch(
                        commit: history.commit?.hash, number: history.commits,
                        revision: event.revision, what: error.description)
                    return report
                }
            }
            report.changes = history.changes
            progress(report.commitsRight)
        }
        report.endsInsideCommit = !history.isComplete
        if let checked = history.finish() { _ = Self.count(checked, nil, in: &report) }
        progress(report.commitsRight)
        return report
    }

    /// Whether to go on.
    private static func count(
        _ checked: GitHistory.Checked, _ revision: Revision?, in report: inout Report
    ) -> Bool {
        report.commits += 1
        guard let mismatch = checked.mismatch else {
            report.commitsRight += 1
            report.last = checked.commit
            return true
        }
        report.mismatch = Mismatch(
            commit: checked.commit.hash, number: checked.index + 1, revision: revision,
            what: mismatch.description)
        return false
    }
}
