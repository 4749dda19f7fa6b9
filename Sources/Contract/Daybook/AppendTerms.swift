/// What an append has beside its events, which may have been encoded as they came.
package struct AppendTerms: Sendable {
    /// By stream, also of streams not written.
    package var conditions: [String: StreamCondition] = [:]
    package var queryCondition: QueryCondition?
    package var tracking: TrackingMark?
    package var records: [SystemRecord] = []

    package init() {}

    /// Checks what can be said of them and of the events without looking into the journal.
    /// - Throws: `invalid`, `tooLarge`.
    package func validate(_ events: borrowing EncodedEvents) throws(StoreError) {
        if events.count == 0 && tracking == nil && records.isEmpty { throw .emptyAppend() }
        if records.count > Limits.appendRecordsMax {
            throw .tooLarge(
                "The number of records in an append", records.count, limit: Limits.appendRecordsMax,
                named: "appendRecordsMax")
        }
        try events.validate(expecting: conditions)
        try queryCondition?.query.validate()
        try tracking?.validate()
        try validateRecords()
    }

    private func validateRecords() throws(StoreError) {
        for record in records { try record.validate() }
        guard records.count > 1 else { return }
        var keys: Set<[[UInt8]]> = []
        for record in records {
            if !keys.insert([Array(record.owner.utf8), Array(record.key.utf8)]).inserted {
                throw .recordTwice(owner: record.owner, key: record.key)
            }
        }
    }
}

extension Append {
    /// What it has beside its events.
    package var terms: AppendTerms {
        var terms = AppendTerms()
        terms.conditions = conditions
        terms.queryCondition = queryCondition
        terms.tracking = tracking
        terms.records = records
        return terms
    }
}
