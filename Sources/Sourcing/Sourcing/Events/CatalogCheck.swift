/// What a catalog has to be like.
enum CatalogCheck {
    /// The entries by each of their names.
    static func names(of entries: [CatalogEntry]) throws(SourcingError) -> [String: Int] {
        var byName: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            for name in [entry.type.name] + entry.formerNames {
                if let other = byName.updateValue(index, forKey: name) {
                    throw duplicate(name, entries[other], entry)
                }
            }
            try checkVersions(of: entry)
        }
        let known = Set(entries.compactMap { $0.payload.map { ObjectIdentifier($0) } })
        for entry in entries {
            for payload in entry.payloads where !known.contains(ObjectIdentifier(payload)) {
                throw .notInCatalog(
                    payload.eventType,
                    why: "events of type '\(entry.type.name)' became events of it")
            }
        }
        return byName
    }

    private static func duplicate(_ name: String, _ one: CatalogEntry, _ other: CatalogEntry)
        -> SourcingError
    {
        SourcingError(
            .invalidCatalog, "The name '\(name)' stands twice in the catalog",
            why:
                "it is of '\(one.type.name)', \(one.words), and of '\(other.type.name)', \(other.words)",
            remedy:
                "Give each type of events a name of its own; a former name belongs to one of them.",
            place: "type '\(name)'")
    }

    /// Each version below the present one is read, or was never recorded.
    private static func checkVersions(of entry: CatalogEntry) throws(SourcingError) {
        let present = entry.type.version
        func wrong(_ what: String, why: String, _ remedy: String) -> SourcingError {
            SourcingError(
                .invalidCatalog, what, why: why, remedy: remedy, place: "type '\(entry.type.name)'")
        }
        if entry.type.name.isEmpty {
            throw wrong(
                "A type of events has no name", why: "its 'eventType' is empty", "Give it one.")
        }
        if present < 1 {
            throw wrong(
                "Version \(present) of '\(entry.type.name)' cannot be",
                why: "versions count from 1",
                "Begin with version 1.")
        }
        if let twice = entry.twice {
            throw wrong(
                "Version \(twice) of '\(entry.type.name)' is read in two ways",
                why: "it stands twice in its entry",
                "Keep one of them.")
        }
        guard case .event = entry.kind else { return }
        for version in Set(entry.older.keys).union(entry.neverRecorded).sorted() {
            if version < 1 || version >= present {
                throw wrong(
                    "Version \(version) of '\(entry.type.name)' is no older one",
                    why: "the present version is \(present)",
                    "Count 'eventType' up where the fields have changed, or leave the line out.")
            }
            if entry.older[version] != nil && entry.neverRecorded.contains(version) {
                throw wrong(
                    "Version \(version) of '\(entry.type.name)' is read, and was never recorded",
                    why: "its entry says both", "Leave one of them out.")
            }
        }
        for version in 1..<present
        where entry.older[version] == nil && !entry.neverRecorded.contains(version) {
            throw wrong(
                "Nobody reads version \(version) of '\(entry.type.name)'",
                why: "the present version is \(present)",
                "Add 'upcast(from: \(version))' to its entry, or 'neverRecorded(version: \(version))'."
            )
        }
    }
}

extension CatalogEntry {
    /// The Swift type of its events, nil where there are none any more.
    // Not inlined: Swift 6.3.1 stops with "Found ownership error" where it optimises callers that have it inside.
    @inline(never) var payload: (any DomainEvent.Type)? {
        if case .event(let payload) = kind { payload } else { nil }
    }

    /// What becomes of its events, in words.
    var words: String {
        switch kind {
        case .event(let payload): "read as \(payload)"
        case .split(let payloads): "split into \(payloads.map { "\($0)" }.joined(separator: ", "))"
        case .ignored: "ignored"
        }
    }
}
