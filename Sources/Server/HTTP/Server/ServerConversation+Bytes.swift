internal import DaybookBytes

/// Gives bytes to a new connection of a server as its peer does, without a socket, in two pieces, and ends it: what a
/// fuzzer calls.
/// - Parameter cut: How many bytes come in the first piece.
/// - Returns: How many bytes were answered.
package func answered(
    to bytes: borrowing RawSpan, cutAt cut: Int, by service: any HTTPService
) -> Int {
    let loop = LoopOfOne()
    let conversation = ServerConversation(
        service, loop: loop, limits: HTTPLimits(), times: HTTPTimes(), outlet: DeafOutlet(), at: 0)
    let out = SendBuffer()
    var count = 0
    func answer() {
        loop.run()
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
    loop.run()
    return count
}

/// A loop that has no thread: what is posted runs when the one who made it says so.
private final class LoopOfOne: EventLoop, @unchecked Sendable {
    // Safe: it is made, used and let go by one call on one thread.
    private var posted: [@Sendable () -> Void] = []

    func post(_ body: @escaping @Sendable () -> Void) { posted.append(body) }
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer { NoTimer() }
    var isCurrent: Bool { true }

    func run() {
        while !posted.isEmpty {
            let bodies = posted
            posted = []
            for body in bodies { body() }
        }
    }

    private final class NoTimer: LoopTimer {
        func cancel() {}
    }
}

/// There is nobody to tell: what is to be sent is taken when all was received.
private final class DeafOutlet: Outlet {
    func hasOutput() {}
    func wantsInput(_ wants: Bool) {}
}
