/// What calls may ask of the memory of a server.
package struct GRPCLimits: Sendable {
    /// The longest message of a request, in bytes. A message is in memory as a whole before it is decoded.
    package var messageBytesMax: Int
    /// Bytes of messages that are not whole yet, wait for their turn, or are kept until their request has ended, of all
    /// calls of a router together: a client may send a long message, or half of it, on each of its many streams, and
    /// go no further.
    /// One connection may have a quarter, or one message where that is more.
    package var heldBytesMax: Int
    /// A call that holds a part of something ends when for so long neither a message became whole nor
    /// `bytesASecondMin` came. Looked at once a second, so it may last a second longer.
    package var progressSeconds: Int
    /// Slower than any line that is still in use.
    package var bytesASecondMin = 1_000

    package init(
        messageBytesMax: Int = 4 << 20, heldBytesMax: Int = 256 << 20, progressSeconds: Int = 30
    ) {
        self.messageBytesMax = messageBytesMax
        self.heldBytesMax = heldBytesMax
        self.progressSeconds = progressSeconds
    }
}
