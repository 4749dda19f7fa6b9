internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// An `ImportReader` on a thread of its own: it waits for files and pipes.
final class ImportThread: Sendable {
    /// How much is checked between two looks at the progress, unpacked.
    private static let stepBytes = 8 << 20

    private let thread: IOThreads
    private let reader: Mutex<ImportReader>

    init(_ source: ImportSource, journal: EventID) throws(Failure) {
        reader = Mutex(ImportReader(source, journal: journal))
        do {
            thread = try IOThreads(count: 1, name: "daybook-import")
        } catch {
            throw Failure(
                .failure, "threads", "no thread can be started", why: error.description,
                remedy: "Raise the limit of processes (ulimit -u), or end some.")
        }
    }

    /// A step over what was imported before, which is still the same.
    struct Skipped: Sendable {
        /// Whether all of it lies behind.
        let isThere: Bool
        /// Bytes of the source read so far, as they stand in it.
        let sourceBytes: Int
    }

    /// Goes a step further over what was imported before, on the thread.
    func skip(
        to token: ImportToken, _ take: @escaping @Sendable (Result<Skipped, Failure>) -> Void
    ) {
        thread.submit { [self] in
            let step = reader.withLock { reader in
                Result { () throws(Failure) in
                    let isThere = try reader.skip(to: token, bytesMax: Self.stepBytes)
                    return Skipped(isThere: isThere, sourceBytes: reader.sourceBytes)
                }
            }
            take(step)
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
