internal import Synchronization

/// What calls may ask of the memory of a server.
package struct GRPCLimits: Sendable {
    /// The longest message of a request, in bytes. A message is in memory as a whole before it is decoded.
    package var messageBytesMax: Int
    /// Bytes of messages that are not whole yet, wait for their turn, or are kept until their request has ended, of all
    /// calls of a router together: a client may send a long message, or half of it, on each of its many streams, and
    /// go no further.
    package var heldBytesMax: Int

    package init(messageBytesMax: Int = 4 << 20, heldBytesMax: Int = 256 << 20) {
        self.messageBytesMax = messageBytesMax
        self.heldBytesMax = heldBytesMax
    }
}

/// The bytes that the calls of a router hold, on all loops.
final class HeldBytes: Sendable {
    private let count = Atomic<Int>(0)
    private let most: Int

    init(most: Int) { self.most = most }

    /// Counts bytes that are held from now on, or no more where `change` is negative.
    /// - Returns: Whether there was room. The bytes are counted even where there was none.
    func add(_ change: Int) -> Bool {
        count.wrappingAdd(change, ordering: .relaxed).newValue <= most || change <= 0
    }
}
