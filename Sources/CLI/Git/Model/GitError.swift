internal import Daybook

/// What went wrong with a git repository, why, what to do, and where.
struct GitError: Error, Hashable, Sendable {
    /// The kind of failure; more may come, so a switch over it needs a default.
    struct Code: Hashable, Sendable, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }

        /// There is no git program, or it cannot be started.
        static let noGit = Self("noGit")
        /// The path is no repository, or not the top of one.
        static let notRepository = Self("notRepository")
        /// No such branch, tag or commit.
        static let unknownRevision = Self("unknownRevision")
        /// The commit imported last is not on the first-parent chain any more.
        static let rewritten = Self("rewritten")
        /// The stream is not as the import left it.
        static let foreignStream = Self("foreignStream")
        /// Git stopped with an error.
        static let gitFailed = Self("gitFailed")
        /// Git wrote something that cannot be read.
        static let malformed = Self("malformed")
        /// An event of the stream cannot be read as git history.
        static let badEvent = Self("badEvent")
        /// The store refused or failed; `store` says how.
        static let store = Self("store")
    }

    let code: Code
    /// What went wrong.
    let what: String
    /// Why.
    let why: String
    /// What to do about it.
    let remedy: String
    /// Where: a repository, a stream, a commit.
    let place: String?
    /// What the store said.
    let store: StoreError?

    init(
        _ code: Code, _ what: String, why: String, remedy: String, place: String? = nil,
        store: StoreError? = nil
    ) {
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
        self.store = store
    }

    /// The store's own error, which says it all.
    init(_ error: StoreError) {
        self.init(
            .store, error.what, why: error.why, remedy: error.remedy, place: error.place,
            store: error)
    }
}

extension GitError: CustomStringConvertible {
    var description: String {
        "\(what): \(why)\(place.map { " (\($0))" } ?? ""). \(remedy)"
    }
}

extension Failure {
    /// What went wrong with a repository, or in the store.
    init(_ error: GitError) {
        if let error = error.store {
            self.init(error)
            return
        }
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

/// Runs a call of the store and throws its error as one of ours.
func askStore<Result>(
    _ body: () async throws(StoreError) -> Result
) async throws(GitError) -> Result {
    do { return try await body() } catch { throw GitError(error) }
}
