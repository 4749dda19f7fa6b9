// Stream conditions against stream states (a stream emptied by retention is live without readable
// events):
//
//                never   live      soft-deleted     tombstoned      only metadata
//   any            ✓      ✓        ✓ reopens        streamDeleted        ✓
//   none           ✓      ✗        ✓ reopens        streamDeleted        ✓
//   exists         ✗      ✓        ✗                streamDeleted        ✓
//   revision(n)    ✗    last = n   last = n         streamDeleted        ✗
//   softDeleted    ✗      ✗        ✓ reopens        streamDeleted        ✗
//   tombstoned     ✗      ✗        ✗                ✓ (check only)       ✗
//
// ✗ is `wrongRevision` with the actual state.

extension StreamCondition {
    /// Whether a stream in this state is as the condition says.
    package func isMet(by state: StreamState) -> Bool {
        switch (self, state) {
        case (.tombstoned, .tombstoned): true
        case (.tombstoned, _), (_, .tombstoned): false
        case (.any, _): true
        case (.none, .never), (.none, .onlyMetadata), (.none, .softDeleted): true
        case (.none, .live): false
        case (.exists, .live), (.exists, .onlyMetadata): true
        case (.exists, .never), (.exists, .softDeleted): false
        case (.revision(let expected), .live(let last)): expected == last
        case (.revision(let expected), .softDeleted(let last)): expected == last
        case (.revision, .never), (.revision, .onlyMetadata): false
        case (.softDeleted, .softDeleted): true
        case (.softDeleted, _): false
        }
    }

    /// Checks a stream that an append writes or names.
    /// - Throws: `streamDeleted` where a tombstone is in the way, else `wrongRevision`.
    package func check(
        _ stream: String, in state: StreamState, isWritten: Bool
    ) throws(StoreError) {
        if isMet(by: state) {
            if isWritten, case .tombstoned = state { throw .streamDeleted(stream, actual: state) }
            return
        }
        if case .tombstoned = state { throw .streamDeleted(stream, actual: state) }
        throw .wrongRevision(stream, expected: self, actual: state)
    }

    /// The revision from which the ids of an earlier try of the same append would stand in a
    /// stream, nil where the condition does not say.
    /// - Parameter reopened: the revision at which the stream was last reopened, 0 where it never
    ///   was.
    package func repeatedFrom(reopened: Revision) -> Revision? {
        switch self {
        case .revision(let last): last == .max ? .max : last + 1
        case .none, .softDeleted: reopened
        case .any, .exists, .tombstoned: nil
        }
    }
}

extension StreamCondition: CustomStringConvertible {
    public var description: String {
        switch self {
        case .any: "anything but a tombstone"
        case .none: "no events"
        case .exists: "events"
        case .revision(let last): "\(last) as its last revision"
        case .softDeleted: "been deleted"
        case .tombstoned: "been deleted for good"
        }
    }
}

extension Deletion {
    /// Checks a stream that is to be deleted. A soft deletion needs something to be read from it; a
    /// tombstone needs nothing, so that a stream that is soft-deleted or was never written can be
    /// ended for good, too.
    /// - Throws: as the condition, then `streamDeleted`, then `streamNotFound`.
    package func check(
        _ stream: String, in state: StreamState, expecting condition: StreamCondition
    ) throws(StoreError) {
        try condition.check(stream, in: state, isWritten: true)
        switch (state, self) {
        case (.live, _), (_, .tombstone): return
        default: throw .streamNotFound(stream, actual: state)
        }
    }
}
