internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP

/// One call whose answer is many messages, as a task sees it: they are decoded on the loop of the channel and wait in a
/// mailbox, and the server is slowed down where nobody takes them.
final class StreamedCall<Element: Sendable>: Sendable {
    typealias Decoder = @Sendable (borrowing RawSpan) throws(GRPCFailure) -> Element

    private let mailbox: Mailbox<Element>
    private let channel: GRPCChannel
    private let box = Box()

    // Safe: the call is only used on the loop of the channel.
    private final class Box: @unchecked Sendable {
        var call: GRPCClientCall?
        var isCancelled = false
    }

    /// Begins it.
    /// - Parameters:
    ///   - patienceMilliseconds: For the first message to come, connections and all.
    ///   - bytesMax: Bytes of messages that may wait here for the task.
    init(
        _ path: String, _ message: [UInt8], on channel: GRPCChannel, patienceMilliseconds: Int,
        bytesMax: Int, _ decode: @escaping Decoder
    ) {
        mailbox = Mailbox(bytesMax: bytesMax)
        self.channel = channel
        channel.post { [mailbox, box] room in
            if box.isCancelled { return }
            let handler = Handler(mailbox, decode)
            let call = GRPCClientCall(
                path, messageBytesMax: room.options.messageBytesMax, on: room.loop, handler)
            handler.call = call
            handler.timer = room.loop.after(milliseconds: patienceMilliseconds) {
                [weak call] in call?.giveUp(afterMilliseconds: patienceMilliseconds)
            }
            box.call = call
            room.begin(call)
            call.send(encoded: message)
            call.finish()
        }
    }

    deinit { cancel() }

    /// The next message.
    func next() async -> Mailbox<Element>.Taken {
        await mailbox.take { channel.post { [box] _ in box.call?.resume() } }
    }

    /// Ends it: whoever waits, or asks later, is told that there is nothing more.
    func close() {
        mailbox.end(.closed)
        cancel()
    }

    private func cancel() {
        channel.post { [box] _ in
            box.isCancelled = true
            box.call?.cancel()
            box.call = nil
        }
    }

    private final class Handler: GRPCClientHandler {
        weak var call: GRPCClientCall?
        var timer: (any LoopTimer)?
        private let mailbox: Mailbox<Element>
        private let decode: Decoder

        init(_ mailbox: Mailbox<Element>, _ decode: @escaping Decoder) {
            self.mailbox = mailbox
            self.decode = decode
        }

        func message(_ bytes: borrowing RawSpan) throws(GRPCFailure) {
            timer?.cancel()
            timer = nil
            if mailbox.put(try decode(bytes), byteCount: bytes.byteCount) { call?.hold() }
        }

        func ended(_ failure: GRPCFailure?) {
            timer?.cancel()
            mailbox.end(failure)
        }
    }
}
