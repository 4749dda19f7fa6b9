internal import Daybook

/// A git stream as folded so far: the tree, and the commit whose changes it is in the middle of.
///
/// A commit is over when the next one begins or the stream ends, so the check of a commit's tree is
/// made then.
struct GitHistory: ~Copyable {
    /// A commit whose changes are all applied, and its tree.
    struct Checked {
        let commit: GitCommitFact
        /// Its number, from 0.
        let index: Int
        /// The hash of the tree that the events lead to.
        let computed: GitObjectID
        /// Why it is not as the events say; nil where it is.
        var mismatch: GitMismatch?
    }

    private(set) var tree = GitTree(.sha1)
    /// The commit that began last.
    private(set) var commit: GitCommitFact?
    /// How many commits began.
    private(set) var commits = 0
    /// How many changes were applied.
    private(set) var changes = 0
    private var changesOfCommit = 0
    private var part = 1
    private var hasher = GitHasher(.sha1)

    init() {}

    /// Takes the next event; gives back the commit that it ends, checked.
    mutating func take(_ event: borrowing EventView) throws(GitMismatch) -> Checked? {
        switch try GitFact(event) {
        case .commit(let next): return try begin(next)
        case .continued(let hash, let next):
            guard hash == commit?.hash, next.part == part + 1, next.part <= next.parts else {
                throw GitMismatch("part \(next.part) of \(hash) does not follow on part \(part)")
            }
            part = next.part
        case .change(let change):
            guard let commit, changesOfCommit < commit.changes else {
                throw GitMismatch("a change belongs to no commit: its commit has no more of them")
            }
            try tree.apply(change)
            changes += 1
            changesOfCommit += 1
        }
        return nil
    }

    /// The last commit, checked; nil where there is none, or where the import of it is not
    /// finished.
    mutating func finish() -> Checked? { isComplete ? check() : nil }

    /// Whether all changes of the last commit have come.
    var isComplete: Bool { changesOfCommit == commit?.changes ?? 0 }

    private mutating func begin(_ next: GitCommitFact) throws(GitMismatch) -> Checked? {
        guard isComplete else {
            throw GitMismatch(
                "the commit \(commit!.hash) has \(changesOfCommit) of its "
                    + "\(commit!.changes) changes"
            )
        }
        let checked = check()
        if let commit {
            guard next.parents.first == commit.hash, !next.isBoundary else {
                throw GitMismatch("the commit \(next.hash) is no child of \(commit.hash) before it")
            }
        } else if next.hash.format == .sha256 {
            tree = GitTree(.sha256)
            hasher = GitHasher(.sha256)
        }
        guard next.hash.format == tree.format else {
            throw GitMismatch("the commit \(next.hash) has the hash of another format")
        }
        commit = next
        commits += 1
        changesOfCommit = 0
        part = 1
        return checked
    }

    private mutating func check() -> Checked? {
        guard let commit else { return nil }
        let computed = tree.hash(by: &hasher)
        let mismatch =
            computed == commit.tree
            ? nil
            : GitMismatch(
                "git says that the tree of \(commit.hash) is \(commit.tree), "
                    + "the events lead to \(computed)")
        return Checked(commit: commit, index: commits - 1, computed: computed, mismatch: mismatch)
    }
}
