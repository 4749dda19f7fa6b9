public import Daybook
package import DaybookJournal
package import DaybookPlatform
internal import Synchronization

/// The store in your process: a folder, one writer, any number of readers.
///
/// It is one journal of the store, `main` where none is named; `journal(_:)` gives the others.
public final class EmbeddedStore: EventStore {
    /// How a folder is opened.
    public enum Mode: Sendable {
        /// For writing; made where there is none.
        case createIfMissing
        /// For writing; `notFound` where there is none.
        case existing
        /// For reading only, also beside a process that writes: follows what it makes durable.
        case readOnly
    }

    let journal: Journal
    /// The journals opened together with it, itself among them.
    let siblings: OpenJournals
    let turns = ReadTurns()
    private let looks = Mutex(AnswerLooks())
    var environment: JournalEnvironment { siblings.environment }

    init(_ journal: Journal, _ siblings: OpenJournals) {
        self.journal = journal
        self.siblings = siblings
    }

    /// Opens the store in a folder.
    /// - Parameters:
    ///   - path: the folder of the store.
    ///   - mode: for writing or for reading, and whether one is made where there is none.
    ///   - journal: the journal to open; its name has 1 to 64 of a to z, 0 to 9, - and _.
    ///   - compression: what segments are read with that a compaction compressed, and what it compresses them with;
    ///     nil: there are none.
    ///   - progress: told positions that were read and all there are to read, where more has to be read than the end:
    ///     after a crash, and where the index is made anew. On a thread that opens.
    /// - Throws: `invalid`, `notFound`, `locked`, `newerFormat`, `needsCompression`, `corrupt`, `diskFull`,
    ///   `readOnly`, `inputOutput`.
    public static func open(
        at path: String, _ mode: Mode = .createIfMissing, journal: String = JournalName.main,
        compression: StoreCompression? = nil,
        progress: (@Sendable (Position, Position) -> Void)? = nil
    ) async throws(StoreError) -> EmbeddedStore {
        try await open(
            at: path, mode, journal: journal, options: JournalOptions(), compression: compression,
            progress: progress)
    }

    /// The same, with settings.
    /// - Parameter remaking: told when a damaged part of the index is made again while the store is open.
    package static func open(
        at path: String, _ mode: Mode, journal: String, options: JournalOptions,
        compression: StoreCompression?, progress: (@Sendable (Position, Position) -> Void)?,
        remaking: (@Sendable (IndexRemaking) -> Void)? = nil
    ) async throws(StoreError) -> EmbeddedStore {
        try JournalName.validate(journal)
        let disk = LinuxDisk(root: path)
        if mode == .createIfMissing {
            do throws(Errno) { try disk.createRoot() } catch {
                throw .inputOutput("The folder of the store cannot be made", path, error)
            }
        }
        var options = options
        options.openFilesMax = openFilesMax(of: Host.openFilesMax())
        return try await open(
            on: disk, mode, journal: journal, options: options, compression: compression,
            progress: progress, remaking: remaking)
    }

    /// Of the files a process may have open, so many are those of one journal's full segments: a part, as others need some
    /// too, and no more than pays.
    private static func openFilesMax(of all: Int) -> Int { min(max(all / 4, 16), 4096) }

    /// Opens the store on a disk, with settings: what tests use.
    package static func open(
        on disk: any Disk, _ mode: Mode = .createIfMissing, journal name: String = JournalName.main,
        time: any TimeSource = SystemTime(), randomness: any Randomness = SystemRandomness(),
        options: JournalOptions = JournalOptions(), compression: StoreCompression? = nil,
        progress: (@Sendable (Position, Position) -> Void)? = nil,
        remaking: (@Sendable (IndexRemaking) -> Void)? = nil
    ) async throws(StoreError) -> EmbeddedStore {
        var environment = JournalEnvironment(
            disk: disk, time: time, randomness: randomness, process: UInt32(Host.processID),
            codec: compression?.codec)
        environment.opening = progress
        environment.remaking = remaking
        if disk is LinuxDisk {
            environment.scratch = { () throws(Errno) in
                LinuxDisk(root: try Host.makePrivateFolder(in: Host.scratchFolder))
            }
        }
        let journals = OpenJournals(environment, mode, options)
        let journal = try await blocking { () throws(StoreError) in try journals.openFirst(name) }
        return EmbeddedStore(journal, journals)
    }

    /// By the clock of whoever reads: what is gone by its age.
    var now: Timestamp { Timestamp(microseconds: environment.time.wallMicroseconds()) }

    /// What opening found and did, in words for a person; empty after a clean stop.
    public var openingNotes: [String] { journal.notes }

    // MARK: Appending

    @discardableResult
    public func append(_ append: Append) async throws(StoreError) -> Appended {
        try await record(try journal.encode(append))
    }

    @discardableResult
    public func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try await record(try encode(deleting: stream, kind, expecting: condition)).lastPosition
    }

    private func record(_ encoded: EncodedAppend) async throws(StoreError) -> Appended {
        let bytes = await journal.enter(encoded)
        defer { journal.leave(bytes) }
        let answer = AwaitedAnswer()
        journal.submit(encoded) { answer.set($0) }
        if AnswerLooks.areUseful && journal.isAlone(with: bytes) && looks.withLock({ $0.begins() })
        {
            let isFound = answer.look(nanoseconds: AnswerLooks.nanosecondsMax)
            looks.withLock { $0.ended(found: isFound) }
        }
        return try await answer.value().get()
    }

    /// Records an append and blocks until it is durable: for threads of your own, not for tasks. Where nobody else
    /// appends, this thread does all the work, and the append takes little longer than the device's sync.
    /// - Throws: as `append`.
    @discardableResult
    @available(*, noasync, message: "await append(_:) in a task")
    public func appendAndWait(_ append: Append) throws(StoreError) -> Appended {
        try journal.submitAndWait(try journal.encode(append)).get()
    }

    // MARK: Reading

    public func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        try read.validate()
        return StoreCursor(SteppedRead(read, of: self))
    }

    public func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor {
        var subscription = subscription
        if case .checkpoint(let place) = subscription.start {
            try await check(place)
            subscription.start = .after(place.position)
        }
        return StoreSubscription(try stepped(subscription))
    }

    public func head() async throws(StoreError) -> Checkpoint { try await answer(.head) }

    public func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        let info = try await answer(.stream(name))
        // The index knows of an event a moment before it is shown to readers.
        let watermark = journal.view.watermark
        if let last = info.lastPosition, last > watermark.position {
            try await watermark.wait(beyond: last - 1)
        }
        return info
    }

    public func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try await answer(.streams(prefix: prefix, after: after, limit: limit))
    }

    public func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try await answer(.record(owner: owner, key: key))
    }

    public func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try await answer(.records(owner: owner, after: after, limit: limit))
    }

    public func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try await answer(.tracking(consumer))
    }

    // MARK: Closing

    /// Ends its work, and that of the journals opened from it, where it is the one the store was opened with.
    public func close() async throws(StoreError) {
        let (journal, siblings) = (journal, siblings)
        await Self.blocking { siblings.close(journal) }
    }

    func checkOpen() throws(StoreError) {
        if journal.isClosed { throw .closed() }
    }

    /// Runs what blocks for long, but rarely, on a thread of its own.
    static func blocking<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            let run: @Sendable () -> Void = {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            // Where there is no thread to be had, here will do.
            if (try? Thread(name: "daybook-open", run)) == nil { run() }
        }
        return try result.get()
    }
}
