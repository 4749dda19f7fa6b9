import DaybookBytes
import DaybookHTTP
import DaybookPlatform
import Synchronization

@testable import DaybookGRPC

/// Counts the connections of a server.
final class ConnectionCounter: TransportObserver {
    private let count = Mutex(0)
    var all: Int { count.withLock { $0 } }
    func connected() { count.withLock { $0 += 1 } }
    func turnedAway(because words: String) {}
    func disconnected() {}
    func ended(_ peer: String, _ complaint: Complaint) {}
    func left(_ peer: String, because words: String) {}
    func received(_ count: Int) {}
    func sent(_ count: Int) {}
}

/// Conversations of a client with `Talk`, which says everything back, and what came of them.
final class Talks: Sendable {
    struct Heard {
        var texts: [String] = []
        var ends: [GRPCFailure?] = []
    }

    private let heard = Monitor(Heard())
    private let talkers = Talkers()
    private let holdsAt: Int?

    // Safe: only used on the loop of the channel.
    private final class Talkers: @unchecked Sendable {
        var all: [Talker] = []
    }

    /// - Parameter holdsAt: The call is held with this message; nil: never.
    init(holdsAt: Int? = nil) { self.holdsAt = holdsAt }

    var now: Heard { heard.withLock { $0 } }

    /// Begins a call that says these, as fast as they are taken, and does not end it.
    func begin(_ channel: GRPCChannel, _ texts: [String], deadlineMilliseconds: Int? = nil) {
        channel.post { [self] room in
            let talker = Talker(texts, self)
            let call = GRPCClientCall(
                "/test.Test/Talk", deadlineMilliseconds: deadlineMilliseconds,
                messageBytesMax: 1 << 20, on: room.loop, talker)
            talker.call = call
            talkers.all.append(talker)
            room.begin(call)
            talker.writable()
        }
    }

    func finish(on channel: GRPCChannel) {
        channel.post { [talkers] _ in for talker in talkers.all { talker.finish() } }
    }

    func resume(on channel: GRPCChannel) {
        channel.post { [talkers] _ in for talker in talkers.all { talker.call?.resume() } }
    }

    /// Waits until something was heard.
    func wait(_ isThere: @escaping @Sendable (inout Heard) -> Bool) async throws {
        let threads = try IOThreads(count: 1, name: "test-wait")
        await threads.run { [heard] in heard.wait(until: isThere, then: { _ in }) }
    }

    private final class Talker: GRPCClientHandler {
        var call: GRPCClientCall?
        private var left: ArraySlice<String>
        private var isLast = false
        private let talks: Talks

        init(_ texts: [String], _ talks: Talks) {
            left = texts[...]
            self.talks = talks
        }

        func finish() {
            isLast = true
            writable()
        }

        func writable() {
            while call?.isWritable == true, let text = left.popFirst() { call?.send(Text(text)) }
            if isLast && left.isEmpty { call?.finish() }
        }

        func message(_ bytes: borrowing RawSpan) throws(GRPCFailure) {
            guard let text = try? Text(bytes.copied()) else { throw .foreign("no text") }
            let count = talks.heard.withLock { heard in
                heard.texts.append(text.text)
                return heard.texts.count
            }
            if count == talks.holdsAt { call?.hold() }
            talks.heard.broadcast()
        }

        func ended(_ failure: GRPCFailure?) {
            call = nil
            talks.heard.withLock { $0.ends.append(failure) }
            talks.heard.broadcast()
        }
    }
}
