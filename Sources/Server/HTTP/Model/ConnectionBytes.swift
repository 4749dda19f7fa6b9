internal import Synchronization

/// Bytes that the requests of one connection hold beyond its windows; from any thread.
package final class ConnectionBytes: Sendable {
    /// What is held.
    package enum Kind: Sendable {
        /// Messages that are not whole yet, wait for their turn, or are kept until their request has ended.
        case messages
        /// Events that wait for the rest of their append.
        case events
        /// What answers by HTTP keep of their requests, and have not sent yet.
        case answers
    }

    private let messages = Atomic<Int>(0)
    private let events = Atomic<Int>(0)
    private let answers = Atomic<Int>(0)

    package init() {}

    /// Counts bytes that are held from now on, or no more where `change` is negative.
    /// - Returns: How many are held then.
    package func add(_ change: Int, of kind: Kind) -> Int {
        switch kind {
        case .messages: messages.wrappingAdd(change, ordering: .relaxed).newValue
        case .events: events.wrappingAdd(change, ordering: .relaxed).newValue
        case .answers: answers.wrappingAdd(change, ordering: .relaxed).newValue
        }
    }
}
