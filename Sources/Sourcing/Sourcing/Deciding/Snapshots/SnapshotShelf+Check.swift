package import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// What is wrong with the form of a snapshot.
package struct SnapshotFinding: Hashable, Sendable {
    package let stream: String
    package let why: String
}

/// What looking at the form of all snapshots of a fold has found.
package struct SnapshotForms: Sendable {
    package var snapshots = 0
    package var findings: [SnapshotFinding] = []
}

extension SnapshotShelf {
    /// What every snapshot says of itself, whatever its state is.
    private struct Head: Decodable {
        let version: Int
        let catalog: UInt64
        let revision: Revision?
        let position: Position
        let state: WellFormed
    }

    /// Any value, not looked at.
    private struct WellFormed: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// Looks at the form of all snapshots of a fold: whether all parts are there and of one snapshot, whole CBOR, and of
    /// a stream that has so many events. What the events lead to, only the program can say that has the fold.
    /// - Throws: what the store throws; `CancellationError`.
    package static func checkForms(
        ofFold name: String, in store: any EventStore
    ) async throws -> SnapshotForms {
        let shelf = SnapshotShelf(owner: owner(ofFold: name), store: store)
        var forms = SnapshotForms()
        var last: String?
        while true {
            let records = try await store.records(owner: shelf.owner, after: last, limit: 100)
            if records.isEmpty { return forms }
            last = records.last?.key
            for record in records {
                try Task.checkCancellation()
                let isFirst = record.key.hasPrefix("0/")
                if isFirst { forms.snapshots += 1 }
                guard let why = try await shelf.fault(of: record.key) else { continue }
                let stream = record.key.split(separator: "/", maxSplits: 1).last.map(String.init)
                forms.findings.append(SnapshotFinding(stream: stream ?? record.key, why: why))
            }
        }
    }

    /// What is wrong with the record under a key; nil where it is as it has to be, or was put anew meanwhile.
    private func fault(of key: String) async throws -> String? {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), number >= 0 else {
            return "the key '\(key)' is that of no snapshot"
        }
        let stream = String(parts[1])
        let before = try await store.record(owner: owner, key: Self.key(0, stream))
        let fault =
            number == 0
            ? try await faultOfSnapshot(of: stream)
            : try await faultOfPart(number, of: stream)
        // Others put snapshots while they are looked at; one that was put in between is new, and whole.
        let after = try await store.record(owner: owner, key: Self.key(0, stream))
        return before?.sequence == after?.sequence ? fault : nil
    }

    private func faultOfPart(_ number: Int, of stream: String) async throws -> String? {
        guard try await store.record(owner: owner, key: Self.key(number, stream)) != nil else {
            return nil
        }
        let count = try await part(0, stream)?.count ?? 0
        return number < count ? nil : "part \(number) belongs to no snapshot"
    }

    private func faultOfSnapshot(of stream: String) async throws -> String? {
        guard let first = try await part(0, stream) else {
            return "its first part is cut off"
        }
        if first.count < 1 { return "it says that it has no parts" }
        for number in 1..<max(first.count, 1) {
            guard let part = try await part(number, stream) else {
                return "part \(number) of \(first.count) is missing"
            }
            if part.revision != first.revision || part.count != first.count {
                return "part \(number) of \(first.count) is of another snapshot"
            }
        }
        let head: Head
        do {
            let bytes = try await bytes(stream) ?? []
            head = try PayloadDecoder(.cbor).decode(Head.self, from: bytes.rawSpan)
        } catch let error as DecodingError {
            return "it cannot be read: " + SourcingError.words(of: error)
        }
        if head.revision != first.revision {
            return "its parts say that it is of revision \(first.revision), and it says otherwise"
        }
        let next = try await store.stream(stream).state.next
        if first.revision >= next {
            return "it is of revision \(first.revision), and the stream has \(next) events"
        }
        return nil
    }
}
