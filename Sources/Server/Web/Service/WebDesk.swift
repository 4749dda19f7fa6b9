package import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform

/// What the operations of the API work with.
package final class WebDesk: Sendable {
    let journals: JournalDesks
    let time: any TimeSource
    /// The largest body.
    let bodyBytesMax: Int
    /// How fast a body has to come in.
    let pace: GRPCLimits
    /// What those who follow are sent alike.
    let texts = SharedTexts()
    /// Bytes of bodies, of all clients together.
    let held: ClientBytes
    /// Bytes that answers keep of their requests, and of what they have read and not sent yet, of all clients together.
    let answers: ClientBytes
    let count: @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void
    /// Each takes a thread while it goes on.
    let listings = Turns(most: 2)

    /// - Parameters:
    ///   - bodySeconds: A body of which for so long too little comes is given up.
    ///   - count: Told of each append that was recorded, and how long that took, on a thread of the store's.
    package init(
        _ journals: JournalDesks, time: any TimeSource, bodyBytesMax: Int, bodySeconds: Int,
        heldBytesMax: Int,
        count: @escaping @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void
    ) {
        self.journals = journals
        self.time = time
        self.bodyBytesMax = bodyBytesMax
        pace = GRPCLimits(
            messageBytesMax: bodyBytesMax, heldBytesMax: heldBytesMax, progressSeconds: bodySeconds)
        held = ClientBytes(.messages, bytesMax: heldBytesMax, requestBytesMax: bodyBytesMax)
        answers = ClientBytes(
            .answers, bytesMax: heldBytesMax, requestBytesMax: StateAnswer.bytesMax)
        self.count = count
    }
}
