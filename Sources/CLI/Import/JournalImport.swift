internal import Daybook
internal import DaybookPlatform
internal import DaybookStore

/// Reads lines on one thread and appends what they say, several appends at a time but in their
/// order.
///
/// Each append carries a tracking mark from the token of the one before it to its own. So a store
/// takes the appends in this order or not at all, and whatever ends the import, the mark says how
/// much is recorded.
struct JournalImport {
    /// Appends on their way at a time. More waits longer in memory and gains nothing: the store's
    /// writer joins those that wait into one sync.
    static let inFlightMax = 8

    /// What an import did.
    struct Report: Sendable, Equatable {
        var events = 0
        /// Lines that were recorded before this run, and those recorded by now.
        var linesBefore = 0
        var lines = 0
        /// Bytes read and recorded in this run, unpacked.
        var bytes = 0
        /// Bytes of the source read so far, as they stand in it.
        var sourceBytes = 0
        /// Looking at what was imported before.
        var isChecking = false
        var isInterrupted = false
        /// Why not everything was imported.
        var failure: Failure?
    }

    private enum Signal: Sendable {
        case skipped(Result<ImportThread.Skipped, Failure>)
        case batch(ImportBatch)
        case interrupted
    }

    /// An append on its way, and what it brings.
    private struct Sent {
        /// A task of its own: what was sent is waited for also where the one that imports is cancelled.
        let answer: Task<Result<Appended, StoreError>, Never>
        let batch: ImportBatch
    }

    private let source: ImportSource
    private let store: any OpenedStore
    private let submit: Submission
    private let interruption: Interruption
    private var revisions: RevisionCheck?
    private var report = Report()
    private var sent: [Sent] = []
    /// Batches that are recorded, until the thread takes them back.
    private var spent: [ImportBatch] = []
    /// The token of the last append that was sent.
    private var token: ImportToken?

    init(
        _ source: ImportSource, into store: any OpenedStore, checksRevisions: Bool,
        interruption: Interruption
    ) {
        self.source = source
        self.store = store
        submit = store.submission()
        self.interruption = interruption
        revisions = checksRevisions ? RevisionCheck(store) : nil
    }

    /// Imports to the end, until it is interrupted, or until something cannot be imported.
    ///
    /// The source may be a pipe that gives nothing for hours: whoever interrupts does not wait for it.
    mutating func run(progress: (Report) -> Void) async throws -> Report {
        let thread = try ImportThread(source, journal: try await store.head().journal)
        let (signals, sender) = AsyncStream.makeStream(of: Signal.self)
        interruption.listen { sender.yield(.interrupted) }
        if let token = try await tokenBefore() {
            try await skip(to: token, thread, signals, sender, progress)
            if report.isInterrupted { return report }
        }
        thread.next(dropping: []) { sender.yield(.batch($0)) }
        // Signals end early where the task is cancelled.
        var isComplete = false
        do {
            for await signal in signals {
                guard case .batch(let batch) = signal else { break }
                // The next lines are read while these are appended.
                if !batch.isLast {
                    thread.next(dropping: spent) { sender.yield(.batch($0)) }
                    spent = []
                }
                report.sourceBytes = batch.sourceBytes
                if !batch.entries.isEmpty { try await send(batch) }
                while sent.count > Self.inFlightMax { try await settle() }
                progress(report)
                if batch.isLast {
                    report.failure = batch.failure
                    isComplete = true
                    break
                }
            }
            report.isInterrupted = !isComplete
            while !sent.isEmpty { try await settle() }
        } catch {
            report.failure = Failure(error)
            // Those behind the one that failed fail with it; none may outlive the store.
            for append in sent { _ = await append.answer.value }
        }
        return report
    }

    /// How far the source was imported before, nil where it was not.
    private func tokenBefore() async throws -> ImportToken? {
        guard source.isContinued, let tracking = try await store.tracking(source.consumer) else {
            return nil
        }
        guard let token = ImportToken(mark: tracking.token) else {
            throw Failure(
                .refused, "sourceChanged", "`\(source.name)` is no import of lines",
                why: "something else keeps its place under that name",
                remedy: "Give the source another name: --source NAME.", place: source.place)
        }
        return token
    }

    /// Goes behind what was imported before, after a look at whether it is still the same.
    private mutating func skip(
        to token: ImportToken, _ thread: ImportThread, _ signals: AsyncStream<Signal>,
        _ sender: AsyncStream<Signal>.Continuation, _ progress: (Report) -> Void
    ) async throws {
        self.token = token
        report.linesBefore = token.lines
        report.lines = token.lines
        report.isChecking = true
        defer { report.isChecking = false }
        thread.skip(to: token) { sender.yield(.skipped($0)) }
        for await signal in signals {
            guard case .skipped(let step) = signal else { break }
            let skipped = try step.get()
            report.sourceBytes = skipped.sourceBytes
            progress(report)
            if skipped.isThere { return }
            thread.skip(to: token) { sender.yield(.skipped($0)) }
        }
        report.isInterrupted = true
    }

    /// Sends a batch off; it is on its way when this returns.
    private mutating func send(_ batch: ImportBatch) async throws {
        let source = source
        try await revisions?.check(batch, source)
        var append = Append()
        append.entries = batch.entries
        if source.isContinued {
            append.tracking = TrackingMark(
                consumer: source.consumer, from: token?.mark, to: batch.token.mark,
                note: Array("\(source.place)".utf8.suffix(Limits.trackingBytesMax)))
        }
        token = batch.token
        let (answers, answering) = AsyncStream.makeStream(of: Result<Appended, StoreError>.self)
        @Sendable func settle(_ result: Result<Appended, StoreError>) {
            answering.yield(result)
            answering.finish()
        }
        do throws(StoreError) { try await submit(append, settle) } catch {
            settle(.failure(error))
        }
        let answer = Task {
            guard let result = await answers.first(where: { _ in true }) else {
                preconditionFailure("every append is answered, and nobody cancels this task")
            }
            return result
        }
        sent.append(Sent(answer: answer, batch: batch))
    }

    /// Waits for the append that was sent first.
    private mutating func settle() async throws {
        let first = sent.removeFirst()
        do {
            _ = try await first.answer.value.get()
        } catch {
            var failure = Failure(error)
            let lines = "\(first.batch.lines.first!) to \(first.batch.lines.last!)"
            failure.place =
                "\(source.place), one of the lines \(lines)"
                + (failure.place.map { ": \($0)" } ?? "")
            throw failure
        }
        report.events += first.batch.entries.count
        report.lines = first.batch.token.lines
        report.bytes += first.batch.bytes
        spent.append(first.batch)
    }
}
