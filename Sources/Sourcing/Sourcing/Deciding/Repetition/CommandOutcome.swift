internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// What became of a command the first time, as a system record keeps it.
struct CommandOutcome: Codable, Sendable {
    /// Until when it is kept, in microseconds since 1970.
    var until: Int64
    /// Of the first and the last event that it led to; nil where it led to none.
    var first: Revision?
    var last: Revision?
    /// Why it was refused, in CBOR; nil where it was not.
    var refusal: [UInt8]?

    init(
        until: Timestamp, revisions: ClosedRange<Revision>? = nil, refusal: [UInt8]? = nil
    ) {
        self.until = until.microseconds
        first = revisions?.lowerBound
        last = revisions?.upperBound
        self.refusal = refusal
    }
}

/// Where the outcomes of commands are kept, each under the key that the client gave it.
struct CommandLog: Sendable {
    let store: any EventStore
    let owner: String

    init(_ category: String, in store: any EventStore) {
        self.store = store
        owner = "commands." + category
    }

    /// An outcome, and the number of the record that holds it.
    struct Kept {
        /// Nil where it was kept long enough.
        var outcome: CommandOutcome?
        var condition: SystemRecord.Condition
    }

    /// The key of a record: what is asked of one thing under a key is another matter than what is asked of another.
    static func name(_ id: String, _ key: String) -> String { "\(id.utf8.count)/\(id)/\(key)" }

    func kept(_ id: String, _ key: String, at now: Timestamp) async throws -> Kept {
        guard let record = try await store.record(owner: owner, key: Self.name(id, key)) else {
            return Kept(outcome: nil, condition: .none)
        }
        let outcome = try decode(record)
        return Kept(
            outcome: outcome.until > now.microseconds ? outcome : nil,
            condition: .sequence(record.sequence))
    }

    /// The record of an outcome, to be appended with the events.
    func record(
        _ outcome: CommandOutcome, _ id: String, _ key: String, _ condition: SystemRecord.Condition
    ) throws -> SystemRecord {
        SystemRecord(
            owner: owner, key: Self.name(id, key), value: try PayloadEncoder(.cbor).encode(outcome),
            condition: condition)
    }

    /// Removes the outcomes that were kept long enough. One that cannot be read stays.
    /// - Returns: how many.
    func forget(before now: Timestamp) async throws -> Int {
        var forgotten = 0
        var last: String?
        while true {
            try Task.checkCancellation()
            let records = try await store.records(
                owner: owner, after: last, limit: Limits.appendRecordsMax)
            guard let end = records.last else { return forgotten }
            last = end.key
            let old = records.filter { (try? decode($0))?.until ?? .max <= now.microseconds }
            if try await remove(old) {
                forgotten += old.count
                continue
            }
            // One of them was given anew meanwhile: the others by themselves.
            for record in old where try await remove([record]) { forgotten += 1 }
        }
    }

    /// - Returns: false where one of them is another by now; then all are left.
    private func remove(_ records: [RecordValue]) async throws(StoreError) -> Bool {
        if records.isEmpty { return true }
        var append = Append()
        append.records = records.map {
            SystemRecord(owner: owner, key: $0.key, value: nil, condition: .sequence($0.sequence))
        }
        do throws(StoreError) { try await store.append(append) } catch {
            if error.code == .wrongToken { return false }
            throw error
        }
        return true
    }

    private func decode(_ record: RecordValue) throws -> CommandOutcome {
        do {
            return try PayloadDecoder(.cbor).decode(CommandOutcome.self, from: record.value.rawSpan)
        } catch {
            throw SourcingError(
                .unreadable, "The outcome of a command cannot be read",
                why: SourcingError.words(of: error),
                remedy: "Remove the record, if nobody repeats that command any more.",
                place: "owner '\(owner)', key '\(record.key)'")
        }
    }
}
