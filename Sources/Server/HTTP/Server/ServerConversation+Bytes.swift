internal import DaybookBytes

/// Gives bytes to a new connection of a server as its peer does, without a socket, in two pieces, and ends it: what a
/// fuzzer calls.
/// - Parameters:
///   - cut: How many bytes come in the first piece.
///   - loop: Belongs to this thread.
///   - turn: Runs what was posted to the loop, and what is posted by that.
/// - Returns: How many bytes were answered.
package func answered(
    to bytes: borrowing RawSpan, cutAt cut: Int, by service: any HTTPService,
    on loop: any EventLoop, turn: () -> Void
) -> Int {
    let conversation = ServerConversation(
        service, loop: loop, limits: HTTPLimits(), times: HTTPTimes(), outlet: DeafOutlet(), at: 0)
    let out = SendBuffer()
    var count = 0
    func answer() {
        turn()
        var hasMore = true
        while hasMore {
            hasMore = conversation.produce(into: out)
            count += out.bytes.count
            out.bytes.removeAll()
        }
    }
    conversation.received(bytes.extracting(..<cut), at: 0)
    answer()
    if !conversation.isOver { conversation.received(bytes.extracting(cut...), at: 1) }
    answer()
    conversation.tick(at: 2)
    conversation.peerEnded()
    answer()
    conversation.fail()
    turn()
    return count
}

/// There is nobody to tell: what is to be sent is taken when all was received.
private final class DeafOutlet: Outlet {
    func hasOutput() {}
    func wantsInput(_ wants: Bool) {}
    func isFlooded(_ what: String) {}
}
