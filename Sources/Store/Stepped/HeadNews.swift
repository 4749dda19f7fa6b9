package import Daybook
package import DaybookJournal
internal import DaybookPlatform

/// What has come since somebody looked, for whoever decides which of many who wait at the head it concerns. Nothing of
/// it waits for the device: where a question cannot be answered at once, or goes wrong, the answer is nil.
package struct HeadNews: Sendable {
    /// The positions of what has come: at least one, and none beyond the head.
    package let positions: ClosedRange<Position>
    private let store: EmbeddedStore

    fileprivate init(_ positions: ClosedRange<Position>, of store: EmbeddedStore) {
        self.positions = positions
        self.store = store
    }

    /// The streams that it is of; nil too where that is more than is kept.
    package var streams: Set<StreamHash>? { store.journal.view.streams(in: positions) }

    /// Whether an entry of a list is among it.
    package func has(_ list: EventList) -> Bool? {
        answer { view, mode throws(ReadFailure) in try view.has(list, in: positions, mode) }
    }

    /// Whether an event that matches is among it, those of the system's streams included.
    package func has(_ query: Query) -> Bool? {
        answer { view, mode throws(ReadFailure) in
            let found = try view.positions(
                IndexRequest(query, in: positions, limit: 1, includesSystemStreams: true), mode)
            return !found.positions.isEmpty || found.lookedAt < positions.upperBound
        }
    }

    /// The events themselves; nil too where they are more than a batch.
    package var events: EventBatch? {
        let found = answer { view, mode throws(ReadFailure) in
            try view.batch(from: positions.lowerBound, upTo: positions.upperBound, mode)
        }
        return found.flatMap { $0.lastPosition == positions.upperBound ? $0 : nil }
    }

    private func answer<Value>(
        _ body: (JournalView, ReadMode) throws(ReadFailure) -> Value
    ) -> Value? {
        let found = try? store.answering { mode throws(ReadFailure) in
            try body(store.journal.view, mode)
        }
        return found ?? nil
    }
}

extension EmbeddedStore {
    /// What has come behind a position, up to another that can be read; nil where that is nothing.
    package func news(after position: Position, upTo head: Position) -> HeadNews? {
        position < head ? HeadNews(position + 1...head, of: self) : nil
    }

    /// What `HeadNews.streams` has for a stream.
    package func hash(ofStream name: String) -> StreamHash {
        journal.view.hash(ofStream: name)
    }
}
