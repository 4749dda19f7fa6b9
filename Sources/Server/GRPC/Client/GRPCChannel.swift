package import DaybookHTTP
package import DaybookPlatform
internal import Synchronization

/// The way to a server, for as long as a client lives: connections that are made when they are needed, and again when
/// they are lost, on a thread of its own.
package final class GRPCChannel: Sendable {
    package let loop: Loop
    private let room: LoopBound<ChannelRoom>
    private let isClosed = Atomic<Bool>(false)

    private init(_ loop: Loop, _ room: LoopBound<ChannelRoom>) {
        self.loop = loop
        self.room = room
    }

    /// A channel that is dropped loses what is under way, and its thread ends by itself.
    deinit {
        if isClosed.load(ordering: .relaxed) { return }
        room.post { room in room.close { room.loop.end() } }
    }

    /// Starts its thread; no connection is made yet.
    package static func start(
        to target: GRPCTarget, _ options: GRPCChannelOptions = GRPCChannelOptions(),
        backoff: Backoff
    ) throws(Errno) -> GRPCChannel {
        let loop = try Loop.start(name: "daybook-client")
        let room = ChannelRoom(to: target, options, backoff, on: loop)
        return GRPCChannel(loop, LoopBound(room, on: loop))
    }

    /// Runs something on its loop; not at all where it is closed.
    package func post(_ body: @escaping @Sendable (ChannelRoom) -> Void) { room.post(body) }

    /// Makes a call with one message and one answer, both encoded.
    package func ask(
        _ path: String, _ message: [UInt8], deadlineMilliseconds: Int?
    ) async -> Result<[UInt8], GRPCFailure> {
        if isClosed.load(ordering: .relaxed) { return .failure(.closed) }
        return await withCheckedContinuation { continuation in
            post { room in
                room.begin(
                    .unary(
                        path, message, deadlineMilliseconds: deadlineMilliseconds,
                        messageBytesMax: room.options.messageBytesMax, on: room.loop
                    ) { continuation.resume(returning: $0) })
            }
        }
    }

    /// Waits, also in a task that is cancelled.
    package func pause(milliseconds: Int) async {
        await withCheckedContinuation { continuation in
            post { room in
                _ = room.loop.after(milliseconds: milliseconds) { continuation.resume() }
            }
        }
    }

    /// Has calls fail from now on that wait for a connection: what is under way comes to its end, before `close`.
    package func stopWaiting() { post { $0.stopWaiting() } }

    /// Ends connections and thread. Calls under way are lost: whoever made them waits for them first. Closing again
    /// does nothing.
    package func close() async {
        if isClosed.exchange(true, ordering: .relaxed) { return }
        await withCheckedContinuation { continuation in
            post { room in room.close { continuation.resume() } }
        }
        loop.stop()
    }
}
