package import Daybook
package import DaybookGRPC

/// Why something is not written, before each protocol says it in its own way.
package enum WriteRefusal: Error {
    /// The request cannot be: in words.
    case invalid(String)
    /// An event came without a property that it must have.
    case missingProperty(String)
    case eventTooLarge(EventID, stream: String, bytes: Int)
    /// All events of the append together.
    case appendTooLarge(bytes: Int)
    /// All the appends that are coming in together take too much memory.
    case noRoom(ClientBytes.Excess)
    case store(StoreError)
}
