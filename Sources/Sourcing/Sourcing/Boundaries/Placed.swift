/// An event, and the stream that it goes to.
public struct Placed: Sendable {
    /// What is to be recorded.
    public let event: any DomainEvent
    /// The name of the stream, 1 to 1,024 bytes.
    public let stream: String

    /// - Parameters:
    ///   - event: What is to be recorded.
    ///   - stream: The name of the stream, 1 to 1,024 bytes.
    public init(_ event: any DomainEvent, in stream: String) {
        self.event = event
        self.stream = stream
    }
}

extension DomainEvent {
    /// The event, to be recorded in a stream.
    /// - Parameter stream: Its name, 1 to 1,024 bytes.
    public func `in`(_ stream: String) -> Placed { Placed(self, in: stream) }
}
