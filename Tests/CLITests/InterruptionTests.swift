import Synchronization
import Testing

@testable import DaybookCLI

@Suite struct InterruptionTests {
    @Test func `Where nobody listens, the process has to end at once`() {
        let interruption = Interruption()
        #expect(!interruption.request(at: 0))
        #expect(interruption.isRequested)
        #expect(throws: Interrupted.self) { try interruption.check() }
    }

    @Test func `The first request is for whoever listens, and the second ends the process`() {
        let interruption = Interruption()
        let heard = Mutex(0)
        interruption.listen { heard.withLock { $0 += 1 } }
        let second: Int64 = 1_000_000_000
        #expect(interruption.request(at: 5 * second))
        // Sent on by a program in between: the same Ctrl-C.
        #expect(interruption.request(at: 5 * second))
        #expect(interruption.request(at: 6 * second))
        #expect(!interruption.request(at: 6 * second + 1))
        #expect(heard.withLock { $0 } == 1)
    }

    @Test func `Whoever listens late hears of it at once`() {
        let interruption = Interruption()
        let heard = Mutex(0)
        interruption.request(at: 0)
        interruption.listen { heard.withLock { $0 += 1 } }
        #expect(heard.withLock { $0 } == 1)
    }
}
