import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// A system that has no more threads to give.
@Suite struct OpeningThreadTests {
    /// Starts threads up to a number, and counts those that have not ended.
    private final class Threads: Sendable {
        let running = Mutex(0)
        private let left: Mutex<Int>

        init(_ count: Int) { left = Mutex(count) }

        func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) -> Thread {
            let isThere = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if !isThere { throw .EAGAIN }
            running.withLock { $0 += 1 }
            return try Thread(name: name) {
                body()
                self.running.withLock { $0 -= 1 }
            }
        }
    }

    @Test(.timeLimit(.minutes(15)), arguments: 0...4)
    func `Where a thread cannot be started those before it end, and the store is closed`(
        count: Int
    ) throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        let image = disk.afterProcessKill()
        let threads = Threads(count)
        var environment = World(image, seed: 2).environment()
        environment.hasThreads = true
        environment.startThread = { (name, body) throws(Errno) in try threads.start(name, body) }
        if count == 4 {
            try Journal.open(environment, options: .tiny).close()
        } else {
            let error = #expect(throws: StoreError.self) {
                try Journal.open(environment, options: .tiny)
            }
            #expect(error?.code == .inputOutput)
        }
        #expect(threads.running.withLock { $0 } == 0)
        let again = try World(image, seed: 3).open()
        // Without the first thread nothing was touched: it is as the process that was killed left it.
        let notes = again.notes.filter { !$0.contains("a crash had left was removed") }
        #expect(notes.isEmpty == (count > 0))
        #expect(try again.readAll().map(\.text) == ["one"])
    }
}
