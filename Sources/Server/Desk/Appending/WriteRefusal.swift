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

extension WriteRefusal {
    /// The same in the words of the store.
    package var storeError: StoreError {
        switch self {
        case .invalid(let words):
            .invalid("The append cannot be", why: words, remedy: "Send it otherwise.")
        case .missingProperty(let name):
            .invalid(
                "An event has no \(name)", why: "every event has one", remedy: "Send it as well.")
        case .eventTooLarge(_, let stream, let bytes):
            .tooLarge(
                "An event", bytes, limit: Limits.eventBytesMax, named: "eventBytesMax",
                place: "stream \(StoreError.quoted(stream))")
        case .appendTooLarge(let bytes):
            .tooLarge(
                "An append", bytes, limit: Limits.appendBytesMax, named: "appendBytesMax")
        case .noRoom(let excess):
            .busy(
                "The append was not taken",
                why: "the appends that are coming in take more than \(excess.words)")
        case .store(let error): error
        }
    }
}

extension StoreError {
    /// Something that may be asked again later, as it is.
    package static func busy(_ what: String, why: String) -> StoreError {
        StoreError(.busy, what, why: why, remedy: "Try again a little later.")
    }
}
