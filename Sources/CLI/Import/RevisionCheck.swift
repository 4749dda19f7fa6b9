internal import Daybook
internal import DaybookLines

/// Compares the revisions that lines say they have with those they get.
struct RevisionCheck {
    private let store: any EventStore
    /// The next revision of each stream met so far. Nobody else writes: the store has one writer,
    /// us. By bytes: names that look the same to Unicode are two streams.
    private var next: [[UInt8]: Revision] = [:]

    init(_ store: any EventStore) { self.store = store }

    mutating func check(_ batch: ImportBatch, _ source: ImportSource) async throws {
        var claims = batch.claims[...]
        for (index, entry) in batch.entries.enumerated() {
            let revision: Revision
            let name = Array(entry.stream.utf8)
            if let known = next[name] {
                revision = known
            } else {
                revision = try await store.stream(entry.stream).state.next
            }
            next[name] = revision + 1
            guard let claim = claims.first, claim.index == index else { continue }
            claims.removeFirst()
            if claim.revision == revision { continue }
            throw source.failure(
                LineError(
                    at: claim.column - 1,
                    "it says revision \(claim.revision), and in `\(entry.stream)` it would get "
                        + "\(revision)",
                    remedy: "Import into a store without events of that stream, or leave "
                        + "--check-revisions out."),
                line: batch.lines[index])
        }
    }
}
