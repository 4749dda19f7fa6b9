package import DaybookBytes

/// Some recorded events in the order they were asked for, sharing one block of memory.
public struct EventBatch: Sendable {
    /// Where the record of an event lies in the block.
    package struct Entry: Sendable {
        package let position: Position
        package let offset: Int
        package let length: Int
        package init(position: Position, offset: Int, length: Int) {
            self.position = position
            self.offset = offset
            self.length = length
        }
    }

    package let block: SharedBytes
    package let entries: [Entry]

    /// A batch over records that are well-formed and were verified.
    package init(block: SharedBytes, entries: [Entry]) {
        self.block = block
        self.entries = entries
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }
    public var indices: Range<Int> { 0..<entries.count }

    /// The event at an index, borrowed from the batch.
    @_lifetime(borrow self)
    public func view(at index: Int) -> EventView {
        let entry = entries[index]
        let view = EventView(
            record: block.bytes.extracting(entry.offset..<entry.offset + entry.length),
            position: entry.position)
        // Safe: the block is immutable and held by self.
        return unsafe _overrideLifetime(view, borrowing: self)
    }

    /// The event at an index, copied.
    public subscript(index: Int) -> RecordedEvent { RecordedEvent(view(at: index)) }

    /// Calls `body` with each event, borrowed.
    public func forEach<Failure: Error>(
        _ body: (borrowing EventView) throws(Failure) -> Void
    ) throws(Failure) {
        for index in entries.indices { try body(view(at: index)) }
    }

    /// All events, copied.
    public var events: [RecordedEvent] { indices.map { self[$0] } }
}

extension EventBatch {
    /// The events that `isWanted`, at most so many, in the same memory.
    package func filtered(
        upTo limit: Int, _ isWanted: (borrowing EventView) -> Bool
    ) -> EventBatch {
        var kept: [Entry] = []
        for index in entries.indices {
            if kept.count == limit { break }
            if isWanted(view(at: index)) { kept.append(entries[index]) }
        }
        return EventBatch(block: block, entries: kept)
    }

    /// The position of the last event; 0 where there is none.
    package var lastPosition: Position { entries.last?.position ?? 0 }
}
