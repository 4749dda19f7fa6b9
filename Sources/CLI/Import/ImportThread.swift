internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// An `ImportReader` on a thread of its own: it waits for files and pipes.
final class ImportThread: Sendable {
    /// How much is checked between two looks at the progress, unpacked.
    private static let stepBytes = 8 << 20

    private let thread: IOThreads
    private let reader: Mutex<ImportReader>

    init(_ source: ImportSource, journal: EventID) throws {
        reader = Mutex(try ImportReader(source, journal: journal))
        do {
            thread = try IOThreads(count: 1, name: "daybook-import")
        } catch {
            throw Failure(
                .failure, "threads", "no thread can be started", why: error.description,
                remedy: "Raise the limit of processes (ulimit -u), or end some.")
        }
    }

    /// Goes behind what was imported before, after a look at whether it is still the same.
    /// - Parameter progress: bytes of the source read so far; says whether to go on.
    /// - Returns: whether it got there.
    func skip(to token: ImportToken, progress: (Int) -> Bool) async throws(Failure) -> Bool {
        while true {
            let (isThere, sourceBytes) = try await thread.run {
                [self] () throws(Failure) -> (Bool, Int) in
                try reader.withLock { reader throws(Failure) in
                    (try reader.skip(to: token, bytesMax: Self.stepBytes), reader.sourceBytes)
                }
            }
            if isThere { return true }
            if !progress(sourceBytes) { return false }
        }
    }

    /// Reads the next batch and hands it over, on the thread.
    /// - Parameter spent: what is not needed any more. It goes here, where its memory came from:
    ///   freed elsewhere it costs a wait for the allocator's lock, an eighth of the time of an
    ///   import.
    func next(dropping spent: [ImportBatch], _ take: @escaping @Sendable (ImportBatch) -> Void) {
        thread.submit { [self] in
            withExtendedLifetime(spent) { take(reader.withLock { $0.next() }) }
        }
    }
}
