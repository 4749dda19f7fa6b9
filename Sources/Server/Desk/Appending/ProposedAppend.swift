package import Daybook
internal import DaybookGRPC

/// An append that comes in event by event, never larger than one may be: each is encoded as it comes.
///
/// What it holds of the bytes that come in is given back when nobody has it any more.
package final class ProposedAppend {
    /// What beside its events it has.
    package var terms = AppendTerms()
    /// Nil once they were handed on.
    private var events: EncodedEvents? = EncodedEvents(capacity: 0)
    package private(set) var eventCount = 0
    private let incoming: IncomingBytes
    private var byteCount = 0

    package init(_ incoming: IncomingBytes) { self.incoming = incoming }
    deinit { _ = incoming.all.add(-byteCount, by: incoming.connection) }

    package var isEmpty: Bool { eventCount == 0 }

    /// Gives its events away, once.
    package func takeEvents() -> EncodedEvents {
        guard let taken = events.take() else { preconditionFailure("an append is handed on once") }
        return taken
    }

    /// Counts bytes that its terms hold beside its events.
    package func hold(termBytes: Int) throws(WriteRefusal) {
        byteCount += termBytes
        if let excess = incoming.all.add(termBytes, by: incoming.connection) {
            throw .noRoom(excess)
        }
    }

    package func expect(_ condition: StreamCondition, of stream: String) {
        if condition != .any { terms.conditions[stream] = condition }
    }

    /// Once an event was refused, nothing is to be added any more.
    package func add(_ event: borrowing EventFields, to stream: String) throws(WriteRefusal) {
        let size = event.recordBytes(streamBytes: stream.utf8.count)
        if size > Limits.eventBytesMax {
            throw .eventTooLarge(event.id, stream: stream, bytes: size)
        }
        if byteCount + size > Limits.appendBytesMax {
            throw .appendTooLarge(bytes: byteCount + size)
        }
        if eventCount == Limits.appendEventsMax {
            throw .tooManyEvents
        }
        byteCount += size
        if let excess = incoming.all.add(size, by: incoming.connection) { throw .noRoom(excess) }
        do throws(StoreError) { try events?.add(event, to: stream) } catch { throw .store(error) }
        eventCount += 1
    }
}
