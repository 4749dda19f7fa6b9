public import Daybook

/// What a store holds of one type of events, in one version and written in one way.
public struct RecordedType: Hashable, Sendable {
    /// The name that its events were recorded under.
    public let name: String
    /// As the metadata of its events say; 1 where they say nothing.
    public let version: Int
    /// What the data of its events are: `application/json`.
    public let contentType: String
    /// How many events there are.
    public internal(set) var count: Int
    /// Where the first of its events stands.
    public let firstPosition: Position
    /// Where the last of them stands.
    public internal(set) var lastPosition: Position

    /// A type, with what was found of it.
    public init(
        name: String, version: Int, contentType: String, count: Int, firstPosition: Position,
        lastPosition: Position
    ) {
        self.name = name
        self.version = version
        self.contentType = contentType
        self.count = count
        self.firstPosition = firstPosition
        self.lastPosition = lastPosition
    }
}

extension EventStore {
    /// The types of all events, without those of the system, by name and version. Everything is read for it.
    /// - Parameter progress: told up to which position was read, of how many.
    /// - Throws: what reading throws; `CancellationError`.
    public func recordedTypes(
        progress: (_ position: Position, _ last: Position) -> Void = { _, _ in }
    ) async throws -> [RecordedType] {
        let last = try await head().position
        var found: [RecordedKind: RecordedType] = [:]
        let cursor = try cursor(Read(.all))
        while let batch = try await cursor.next() {
            try Task.checkCancellation()
            for index in batch.indices {
                let event = batch.view(at: index)
                let (kind, position) = (RecordedKind(event), event.position)
                found[kind, default: RecordedType(kind, from: position)].take(position)
            }
            progress(batch.view(at: batch.count - 1).position, last)
        }
        return found.values.sorted {
            ($0.name, $0.version, $0.contentType) < ($1.name, $1.version, $1.contentType)
        }
    }
}

extension RecordedType {
    /// Before the first of its events is counted.
    fileprivate init(_ kind: RecordedKind, from position: Position) {
        self.init(
            name: kind.name, version: kind.version, contentType: kind.contentType, count: 0,
            firstPosition: position, lastPosition: position)
    }

    fileprivate mutating func take(_ position: Position) {
        count += 1
        lastPosition = position
    }
}

/// What events are counted by.
private struct RecordedKind: Hashable {
    let name: String
    let version: Int
    let contentType: String

    init(_ event: borrowing EventView) {
        name = event.type
        version = EventMetadata.version(in: event.metadataBytes)
        contentType = event.contentType
    }
}
