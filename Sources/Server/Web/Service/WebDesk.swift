package import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP

/// What the operations of the API work with.
package final class WebDesk: Sendable {
    let journals: JournalDesks
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

    /// - Parameter bodySeconds: A body of which for so long too little comes is given up.
    package init(
        _ journals: JournalDesks, bodyBytesMax: Int, bodySeconds: Int, heldBytesMax: Int
    ) {
        self.journals = journals
        self.bodyBytesMax = bodyBytesMax
        pace = GRPCLimits(
            messageBytesMax: bodyBytesMax, heldBytesMax: heldBytesMax, progressSeconds: bodySeconds)
        held = ClientBytes(.messages, bytesMax: heldBytesMax, requestBytesMax: bodyBytesMax)
        answers = ClientBytes(
            .answers, bytesMax: heldBytesMax, requestBytesMax: StateAnswer.bytesMax)
    }
}
