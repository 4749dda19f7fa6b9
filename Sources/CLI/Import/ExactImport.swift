internal import Daybook
internal import DaybookBytes
internal import DaybookLines
internal import DaybookStore

/// Makes a journal out of the lines of an exact export, append by append. Blocks; until its end nothing can be opened.
struct ExactImport {
    /// What was imported.
    struct Report: Sendable, Equatable {
        var events = 0
        var appends = 0
        var journal: EventID
    }

    private let source: ImportSource
    private let storePath: String
    /// The name of the journal; nil: the one it had.
    private let name: String?

    init(_ source: ImportSource, to storePath: String, journal name: String? = nil) {
        self.source = source
        self.storePath = storePath
        self.name = name
    }

    /// - Parameter progress: told the bytes of the source read so far; what it throws calls the import off.
    func run(_ progress: (Int) throws -> Void) throws -> Report {
        var lines = LineReader(InputStream(source.bytes))
        guard try advance(&lines) else {
            throw source.failure(
                LineError(
                    at: 0, "there is nothing in it",
                    remedy: "Give what `daybook export --exact` wrote."), line: 1)
        }
        let header: ExactHeader
        do { header = try ExactHeader(parsing: lines.line) } catch {
            throw source.failure(error, line: lines.lines)
        }
        let store = try ExactStore.begin(
            at: storePath, name: name ?? header.name, journal: header.journal,
            createdAt: header.createdAt)
        do {
            let report = try copy(&lines, header, to: store, progress)
            try store.finish()
            return report
        } catch {
            store.discard()
            throw error
        }
    }

    /// The events of an append whose last one may be still to come, and the lines they stand in.
    private struct Pending {
        var first: Position = 0
        var events: [ExactEvent] = []
        var lines: [Int] = []

        /// There is more of it than any append may have: it need not be read to its end to be refused.
        var isTooLarge: Bool { events.count > Limits.appendEventsMax }
    }

    private func copy(
        _ lines: inout LineReader, _ header: ExactHeader, to store: ExactStore,
        _ progress: (Int) throws -> Void
    ) throws -> Report {
        var report = Report(journal: header.journal)
        var identity = LineIdentity(journal: header.journal, source: source.name)
        var pending = Pending()
        while try advance(&lines) {
            let line: ExactLine
            do { line = try Self.parse(lines, &identity) } catch {
                throw source.failure(error, line: lines.lines)
            }
            let first = line.append ?? line.event.recorded.position
            if first != pending.first {
                try add(pending, to: store)
                pending = Pending(first: first)
                report.appends += 1
            }
            pending.events.append(line.event)
            pending.lines.append(lines.lines)
            if pending.isTooLarge { try add(pending, to: store) }
            report.events += 1
            if report.events % 1000 == 0 { try progress(lines.sourceBytes) }
        }
        try add(pending, to: store)
        guard store.lastPosition == header.lastPosition else {
            throw source.failure(
                LineError(
                    at: 0,
                    "the lines end with position \(store.lastPosition), and the first one says "
                        + "\(header.lastPosition)",
                    remedy: "Get all of the export, and import it again."), line: lines.lines)
        }
        return report
    }

    private func add(_ append: Pending, to store: ExactStore) throws {
        guard let first = append.events.first?.recorded else { return }
        do throws(StoreError) {
            // Its first line may be missing: that is no other boundary, but a gap.
            if first.position != append.first {
                throw StoreError(
                    .invalid, "The event does not fit behind those before it",
                    why: "its append begins at position \(append.first), which is not there",
                    remedy: "Import the lines as `daybook export --exact` wrote them, all of them.",
                    position: first.position)
            }
            try store.add(append.events)
        } catch {
            guard error.code == .invalid else { throw error }
            let place = append.events.firstIndex { $0.recorded.position == error.position } ?? 0
            throw source.failure(LineError(error, at: 0), line: append.lines[place])
        }
    }

    private static func parse(
        _ lines: borrowing LineReader, _ identity: inout LineIdentity
    ) throws(LineError) -> ExactLine {
        try ExactLine.parse(lines.line, number: lines.lines, &identity)
    }

    /// Goes to the next line that is not empty.
    private func advance(_ lines: inout LineReader) throws -> Bool {
        do throws(InputError) {
            repeat {
                if try lines.advance() == .end { return false }
            } while lines.isBlank
            return true
        } catch {
            throw source.failure(error, line: lines.lines + 1)
        }
    }
}
