package import Daybook
internal import DaybookJournal
internal import DaybookPlatform

// By the place in a stream.

extension LookUp where Value == Position? {
    /// The position of a revision of a stream, deleted or not; nil where it has not come yet. A subscription that is to
    /// begin behind a revision begins behind its position.
    /// - Throws: `invalid`.
    package static func position(
        of revision: Revision, in stream: String
    ) throws(StoreError) -> LookUp {
        try StreamName.validate(stream)
        return LookUp { store, mode throws(ReadFailure) in
            try store.position(of: revision, in: stream, mode)
        }
    }
}

extension LookUp where Value == RecordedEvent? {
    /// The event of a revision of a stream, as a read of the stream would give it; nil where it would not: it has not
    /// come yet, is deleted, or is not kept.
    /// - Throws: `invalid`.
    package static func event(
        of revision: Revision, in stream: String
    ) throws(StoreError) -> LookUp {
        try StreamName.validate(stream)
        return LookUp { store, mode throws(ReadFailure) in
            let view = store.journal.view
            let info = try view.stream(stream, at: store.now, mode)
            guard case .live = info.state, revision >= info.firstRevision,
                let position = try store.position(of: revision, in: stream, mode)
            else { return nil }
            let batch = try view.batch(at: [position], mode)
            return batch.view(at: 0).isStub ? nil : batch[0]
        }
    }
}

extension EmbeddedStore {
    fileprivate func position(
        of revision: Revision, in stream: String, _ mode: ReadMode
    ) throws(ReadFailure) -> Position? {
        // The index may know of events that are not to be read yet.
        guard revision < .max,
            let position = try journal.view.position(of: revision, in: stream, mode),
            position <= headPosition
        else { return nil }
        return position
    }
}
