import DaybookBytes
import DaybookPlatform
import Glibc
import Testing

@testable import DaybookHTTP

@Suite(.timeLimit(.minutes(2))) struct StallTests {
    @Test("A peer that takes a little now and then is not too slow, and one that takes nothing is")
    func clock() {
        var clock = StallClock()
        func isOverdue(_ taken: Int?, at milliseconds: Int64) -> Bool {
            clock.isOverdue(taken: taken, at: milliseconds, seconds: 120)
        }
        for second in 0..<1_000 {
            #expect(!isOverdue(second / 100, at: Int64(second) * 1_000))
        }
        // The last byte was taken at 900 s.
        #expect(!isOverdue(9, at: 1_020_000))
        #expect(isOverdue(9, at: 1_020_001))
        // Nothing waited in between.
        #expect(!isOverdue(nil, at: 1_030_000))
        #expect(!isOverdue(9, at: 1_040_000))
        #expect(isOverdue(9, at: 1_160_001))
    }

    @Test("What a peer takes is seen before all that waits is gone")
    func progress() throws {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[1]) }
        let loop = try Loop.start(name: "test")
        defer { loop.stop() }
        let (mine, found) = (ends[0], Monitor<Found?>(nil))
        loop.post {
            let socket = Socket(on: loop)
            do { try socket.open(mine) } catch { return found.withLock { $0 = Found(nil, nil) } }
            let owner = Pourer()
            socket.start(owner)
            socket.hasOutput()
            // Behind what was just asked for.
            _ = loop.after(milliseconds: 1) {
                found.withLock { $0 = Found(LoopBound(socket, on: loop), socket.taken) }
                found.signal()
            }
        }
        let begun = found.wait(until: { $0 != nil }, then: { $0! })
        let socket = try #require(begun.socket)
        let before = try #require(begun.taken, "more is sent than the system takes")
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        try #require(recv(ends[1], &bytes, bytes.count, 0) > 0)
        found.withLock { $0 = nil }
        socket.post { socket in
            found.withLock { $0 = Found(nil, socket.taken) }
            found.signal()
        }
        let after = found.wait(until: { $0 != nil }, then: { $0! })
        #expect(after.taken.map { $0 > before } == true)
        socket.post { $0.close() }
        loop.wait()
    }

    private struct Found: Sendable {
        let socket: LoopBound<Socket>?
        let taken: Int?
        init(_ socket: LoopBound<Socket>?, _ taken: Int?) {
            self.socket = socket
            self.taken = taken
        }
    }
}

/// Has more to send than any system takes at once.
private final class Pourer: SocketOwner {
    func received(_ bytes: borrowing RawSpan) {}
    func peerEnded() {}
    func produce(into out: SendBuffer) -> Bool {
        out.bytes.append([UInt8](repeating: 1, count: SendBuffer.bytesMax))
        return true
    }
    var isOver: Bool { false }
    var isDoneSending: Bool { false }
    func closed() {}
}
