internal import Daybook
internal import DaybookCoding

/// Where the outcomes of requests are kept, each under the key that the client gave it.
struct CommandLog: Sendable {
    let store: SourcedStore
    let owner: String

    /// Of what is asked of the things of a category.
    init(_ category: String, in store: SourcedStore) {
        self.store = store
        owner = "commands." + category
    }

    /// Of decisions over several things.
    init(ofBoundariesIn store: SourcedStore) {
        self.store = store
        owner = "decisions"
    }

    /// An outcome, and the number of the record that holds it.
    struct Kept {
        /// Nil where it was kept long enough.
        var outcome: CommandOutcome?
        var condition: SystemRecord.Condition
    }

    func kept(_ name: String) async throws -> Kept {
        guard let record = try await store.store.record(owner: owner, key: name) else {
            return Kept(outcome: nil, condition: .none)
        }
        let outcome = try CommandOutcome(decoding: record, of: owner)
        return Kept(
            outcome: outcome.until > store.now().microseconds ? outcome : nil,
            condition: .sequence(record.sequence))
    }

    /// The record of an outcome, to be appended with the events.
    func record(
        _ outcome: CommandOutcome, _ name: String, _ condition: SystemRecord.Condition
    ) throws -> SystemRecord {
        SystemRecord(
            owner: owner, key: name, value: try PayloadEncoder(.cbor).encode(outcome),
            condition: condition)
    }

    /// Removes the outcomes that were kept long enough. One that cannot be read stays.
    /// - Returns: how many.
    func forget() async throws -> Int {
        let now = store.now().microseconds
        let stopwatch = store.observe.stopwatch()
        var forgotten = 0
        var last: String?
        while true {
            try Task.checkCancellation()
            let records = try await store.store.records(
                owner: owner, after: last, limit: Limits.appendRecordsMax)
            guard let end = records.last else { break }
            last = end.key
            let old = records.filter {
                (try? CommandOutcome(decoding: $0, of: owner))?.until ?? .max <= now
            }
            if try await remove(old) {
                forgotten += old.count
                continue
            }
            // One of them was given anew meanwhile: the others by themselves.
            for record in old where try await remove([record]) { forgotten += 1 }
        }
        store.observe(.swept(place: owner, outcomes: forgotten, duration: stopwatch.elapsed))
        return forgotten
    }

    /// - Returns: false where one of them is another by now; then all are left.
    private func remove(_ records: [RecordValue]) async throws(StoreError) -> Bool {
        if records.isEmpty { return true }
        var append = Append()
        append.records = records.map {
            SystemRecord(owner: owner, key: $0.key, value: nil, condition: .sequence($0.sequence))
        }
        do throws(StoreError) { try await store.store.append(append) } catch {
            if error.code == .wrongToken { return false }
            throw error
        }
        return true
    }
}
