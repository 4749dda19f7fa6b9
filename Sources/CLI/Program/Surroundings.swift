internal import Daybook
internal import DaybookClient
internal import DaybookCompression
internal import DaybookPlatform
internal import DaybookStore

/// All that a command reaches beyond its arguments; tests put their own here.
struct Surroundings: Sendable {
    var output: Output
    var errors: Output
    var stores: any StoreDoor
    var time: any TimeSource
    var interruption: Interruption
    var environment: @Sendable (String) -> String?
    /// All of the environment.
    var variables: @Sendable () -> [String: String]
    /// Has something done whenever the process is sent SIGHUP, which else ends it.
    var onHangUp: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Relative paths start from here.
    var directory: String
    /// Standard input.
    var input: any ByteSource
    /// Where the file of this program lies; nil where the system does not say.
    var program: @Sendable () -> String? = { Host.programPath() }

    /// A path from the root of the file system.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : directory + "/" + path
    }
}

/// Opens stores.
protocol StoreDoor: Sendable {
    func open(
        at path: String, _ mode: EmbeddedStore.Mode, journal: String,
        progress: @escaping @Sendable (Position, Position) -> Void
    ) async throws(StoreError) -> any FolderStore

    func journals(at path: String) async throws(StoreError) -> [JournalInfo]

    /// - Parameter journal: nil: all of them.
    func verify(
        at path: String, journal: String?, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport
}

/// A store, wherever it is, with what the command needs of it beyond the contract.
protocol OpenedStore: EventStore {
    /// What opening it found and did, in words.
    var openingNotes: [String] { get }
    /// Begins to hand appends over.
    func submission() -> Submission
}

/// Takes an append, to be decided behind those that it took before, and returns without its answer: `done` is called with
/// that on some thread. What it throws itself, `done` is not called with.
typealias Submission =
    @Sendable (
        Append, _ done: @escaping @Sendable (Result<Appended, StoreError>) -> Void
    ) async throws(StoreError) -> Void

/// A store in a folder of this machine.
protocol FolderStore: OpenedStore {
    func statistics() async throws(StoreError) -> StoreStatistics
    func compact(
        bytesPerSecond: Int?, takesAll: Bool, compresses: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport
    func previewCompaction(
        bytesPerSecond: Int?, takesAll: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport
}

extension EmbeddedStore: FolderStore {
    func submission() -> Submission {
        let submitter = StoreSubmitter()
        return { (append, done) throws(StoreError) in
            try self.submit(append, from: submitter, done: done)
        }
    }
}

extension RemoteStore: OpenedStore {
    /// Whatever opening found, the server's log tells it.
    var openingNotes: [String] { [] }

    func submission() -> Submission {
        let appender = appender()
        return { (append, done) throws(StoreError) in
            try await appender.submit(append, done: done)
        }
    }
}

/// Stores in folders of this machine.
struct EmbeddedStores: StoreDoor {
    func open(
        at path: String, _ mode: EmbeddedStore.Mode, journal: String,
        progress: @escaping @Sendable (Position, Position) -> Void
    ) async throws(StoreError) -> any FolderStore {
        try await EmbeddedStore.open(
            at: path, mode, journal: journal, compression: .zstd, progress: progress)
    }

    func journals(at path: String) async throws(StoreError) -> [JournalInfo] {
        try await EmbeddedStore.journals(at: path, compression: .zstd)
    }

    func verify(
        at path: String, journal: String?, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport {
        try await EmbeddedStore.verify(
            at: path, journal: journal, compression: .zstd, progress: progress)
    }
}
