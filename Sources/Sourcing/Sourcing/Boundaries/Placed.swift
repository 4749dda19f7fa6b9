/// An event, and the stream that it goes to.
public struct Placed: Sendable {
    public let event: any DomainEvent
    public let stream: String

    public init(_ event: any DomainEvent, in stream: String) {
        self.event = event
        self.stream = stream
    }
}

extension DomainEvent {
    /// The event, to be recorded in a stream.
    public func `in`(_ stream: String) -> Placed { Placed(self, in: stream) }
}
