internal import Daybook

/// The state that a git stream leads to at a commit.
struct GitState {
    /// The commit.
    let commit: GitCommitFact
    /// Its number, from 0.
    let index: Int
    /// Its files.
    let tree: GitTree

    /// Which commit.
    enum Place: Hashable, Sendable {
        /// The commit of this number, from 0.
        case index(Int)
        case hash(GitObjectID)
        /// The last one whose import is finished.
        case last
    }

    /// Folds a stream up to a commit; nil where it has no such commit.
    static func read(
        _ stream: String, at place: Place, in store: any EventStore
    ) async throws(GitError) -> GitState? {
        var history = GitHistory()
        var before: GitState?
        let cursor = try await askStore { () throws(StoreError) in try store.cursor(.stream(stream))
        }
        while let batch = try await askStore({ () throws(StoreError) in try await cursor.next() }) {
            for index in batch.indices {
                let event = batch.view(at: index)
                // The tree before a commit's event is that of the commit before.
                if event.type == GitEventType.commit, place.isMet(by: history) {
                    before = state(of: history)
                    if place != .last { return before }
                }
                do throws(GitMismatch) { _ = try history.take(event) } catch {
                    throw GitError(
                        .badEvent, "The history cannot be rebuilt", why: error.description,
                        remedy: "`daybook verify` tells whether the store is damaged",
                        place: "\(stream), revision \(event.revision)")
                }
            }
        }
        if place.isMet(by: history) { before = state(of: history) }
        return before
    }

    private static func state(of history: borrowing GitHistory) -> GitState? {
        history.commit.map { GitState(commit: $0, index: history.commits - 1, tree: history.tree) }
    }
}

extension GitState.Place {
    /// Whether this is the place, or a place before the last one.
    fileprivate func isMet(by history: borrowing GitHistory) -> Bool {
        guard history.isComplete, let commit = history.commit else { return false }
        return switch self {
        case .index(let index): history.commits - 1 == index
        case .hash(let hash): commit.hash == hash
        case .last: true
        }
    }
}
