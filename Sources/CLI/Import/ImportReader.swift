internal import Daybook
internal import DaybookBytes
internal import DaybookLines

/// Turns a source into batches, one at a time.
struct ImportReader: ~Copyable {
    private let source: ImportSource
    private var lines: LineReader
    private var identity: LineIdentity

    init(_ source: ImportSource, journal: EventID) {
        self.source = source
        identity = LineIdentity(journal: journal, source: source.name)
        lines = LineReader(InputStream(source.bytes))
    }

    var sourceBytes: Int { lines.sourceBytes }

    /// Goes on behind what was imported before, by at most so many bytes, and says whether it is
    /// there: then what it went over was the same.
    mutating func skip(to token: ImportToken, bytesMax: Int) throws(Failure) -> Bool {
        do {
            return try lines.skip(to: token, bytesMax: bytesMax)
        } catch {
            throw source.failure(error, line: lines.lines + 1)
        }
    }

    /// The next events; with the last batch the end, or what is wrong with the line behind it.
    mutating func next() -> ImportBatch {
        var batch = ImportBatch(token: ImportToken(bytes: 0, lines: 0, digest: []))
        batch.entries.reserveCapacity(ImportBatch.eventsMax)
        let start = lines.bytes
        do throws(InputError) {
            while batch.entries.count < ImportBatch.eventsMax,
                lines.bytes - start < ImportBatch.lineBytesMax
            {
                // The token has to say what stands before a line that is refused.
                guard try advance(&batch) else { break }
            }
        } catch {
            batch.failure = source.failure(error, line: lines.lines + 1)
        }
        if batch.failure != nil { batch.isLast = true }
        if batch.token.digest.isEmpty { batch.token = lines.token() }
        batch.bytes = batch.token.bytes - start
        batch.sourceBytes = lines.sourceBytes
        return batch
    }

    private static func parse(
        _ lines: borrowing LineReader, _ identity: inout LineIdentity
    ) throws(LineError) -> (entry: Append.Entry, revision: ProposedLine.Claim?) {
        try ProposedLine.parse(lines.line, number: lines.lines, &identity)
    }

    /// Takes one line; false at the end of the batch.
    private mutating func advance(_ batch: inout ImportBatch) throws(InputError) -> Bool {
        // Lines that have come are not kept for long for those that may not come.
        let patience = batch.entries.isEmpty ? nil : ImportBatch.pauseMilliseconds
        switch try lines.advance(patience: patience) {
        case .line: break
        case .pause: return false
        case .end:
            batch.isLast = true
            return false
        }
        if lines.isBlank { return true }
        let number = lines.lines
        do throws(LineError) {
            let (entry, claim) = try Self.parse(lines, &identity)
            if let claim {
                batch.claims.append((batch.entries.count, claim.value, claim.offset + 1))
            }
            batch.entries.append(entry)
            batch.lines.append(number)
            return true
        } catch {
            batch.failure = source.failure(error, line: number)
            batch.token = lines.tokenBeforeLine()
            return false
        }
    }
}
