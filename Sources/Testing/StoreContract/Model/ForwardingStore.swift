package import Daybook

/// A store in front of another one: what it does not do itself, the other one does.
package protocol ForwardingStore: EventStore {
    associatedtype Inner: EventStore
    var inner: Inner { get }
}

extension ForwardingStore {
    package func append(_ append: Append) async throws(StoreError) -> Appended {
        try await inner.append(append)
    }

    package func delete(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition
    ) async throws(StoreError) -> Position {
        try await inner.delete(stream, kind, expecting: condition)
    }

    package func cursor(_ read: Read) throws(StoreError) -> any EventCursor {
        try inner.cursor(read)
    }

    package func subscribe(
        _ subscription: Subscription
    ) async throws(StoreError) -> any SubscriptionCursor { try await inner.subscribe(subscription) }

    package func head() async throws(StoreError) -> Checkpoint { try await inner.head() }

    package func stream(_ name: String) async throws(StoreError) -> StreamInfo {
        try await inner.stream(name)
    }

    package func streams(
        prefix: String, after: String?, limit: Int
    ) async throws(StoreError) -> [StreamInfo] {
        try await inner.streams(prefix: prefix, after: after, limit: limit)
    }

    package func record(owner: String, key: String) async throws(StoreError) -> RecordValue? {
        try await inner.record(owner: owner, key: key)
    }

    package func records(
        owner: String, after: String?, limit: Int
    ) async throws(StoreError) -> [RecordValue] {
        try await inner.records(owner: owner, after: after, limit: limit)
    }

    package func tracking(_ consumer: String) async throws(StoreError) -> TrackingToken? {
        try await inner.tracking(consumer)
    }

    package func close() async throws(StoreError) { try await inner.close() }
}
