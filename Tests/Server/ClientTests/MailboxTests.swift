import DaybookGRPC
import DaybookHTTP
import DaybookPlatform
import Testing

@testable import DaybookClient

/// How what comes on a loop reaches the task that asks for it.
@Suite(.timeLimit(.minutes(15))) struct MailboxTests {
    private func taken(_ mailbox: Mailbox<Int>, _ resumed: Monitor<Int>? = nil) async -> String {
        switch await mailbox.take(resume: { resumed?.withLock { $0 += 1 } }) {
        case .element(let number): "\(number)"
        case .ended(nil): "end"
        case .ended(let failure?): "\(failure)"
        case .cancelled: "cancelled"
        }
    }

    @Test func `What was put in comes out in its order, and then the end`() async {
        let mailbox = Mailbox<Int>(bytesMax: 100)
        for number in 0..<3 { #expect(!mailbox.put(number, byteCount: 1)) }
        mailbox.end(nil)
        mailbox.end(.closed)
        #expect(!mailbox.put(9, byteCount: 1), "behind the end nothing comes")
        for number in 0..<3 { #expect(await taken(mailbox) == "\(number)") }
        #expect(await taken(mailbox) == "end")
        #expect(await taken(mailbox) == "end")
    }

    @Test func `Who sends too much waits until half of it is taken`() async {
        let mailbox = Mailbox<Int>(bytesMax: 100)
        let resumed = Monitor(0)
        #expect(!mailbox.put(0, byteCount: 40))
        #expect(!mailbox.put(1, byteCount: 40))
        #expect(mailbox.put(2, byteCount: 40))
        _ = await taken(mailbox, resumed)
        #expect(resumed.withLock { $0 } == 0)
        _ = await taken(mailbox, resumed)
        #expect(resumed.withLock { $0 } == 1)
        _ = await taken(mailbox, resumed)
        #expect(resumed.withLock { $0 } == 1)
    }

    @Test func `Who waits is given what comes, or told of the end, or that it is cancelled`() async
    {
        let mailbox = Mailbox<Int>(bytesMax: 100)
        async let first = taken(mailbox)
        await Task.yield()
        _ = mailbox.put(7, byteCount: 500)
        #expect(await first == "7")
        let waiting = Task { await taken(mailbox) }
        await Task.yield()
        waiting.cancel()
        #expect(await waiting.value == "cancelled")
        let ended = Task { await taken(mailbox) }
        await Task.yield()
        mailbox.end(.closed)
        #expect(await ended.value == "closed")
    }

    @Test func `Who comes to a full room waits its turn`() async {
        let room = AppendRoom(appends: 2, bytes: 100)
        await room.enter(500)
        let order = Monitor<[Int]>([])
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let second = Task {
            signal.yield()
            await room.enter(1)
            order.withLock { $0.append(2) }
        }
        for await _ in begun { break }
        #expect(order.withLock { $0 } == [])
        room.leave(500)
        await second.value
        #expect(order.withLock { $0 } == [2])
        await room.enter(1)
        room.leave(1)
        room.leave(1)
    }
}
