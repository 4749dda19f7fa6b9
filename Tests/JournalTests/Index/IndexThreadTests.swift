import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// The index beside a writer, each on a thread of its own.
@Suite struct IndexThreadTests {
    /// Syncs of a disk wait at it until it is opened.
    private final class Gate: Sendable {
        private let isOpen = Monitor(true)

        func close() { isOpen.withLock { $0 = false } }

        func open() {
            isOpen.withLock { $0 = true }
            isOpen.broadcast()
        }

        func pass() { isOpen.wait(until: { $0 }, then: { _ in }) }
    }

    private static var options: JournalOptions {
        var options = JournalOptions.small
        options.batchBytesMax = 1 << 20
        options.indexRunEventsMin = 1
        options.indexLagBytesMax = 1
        options.indexIdleNanoseconds = 1_000_000
        return options
    }

    /// The manifest names the segments of a batch as sealed when the next segment is prepared. If appending waited
    /// until their parts of the index are written, no further segment would ever be.
    @Test(.timeLimit(.minutes(15)))
    func `A batch over more segments than may wait in memory does not stop the writer`() throws {
        let simulated = SimulatedDisk()
        let disk = WatchedDisk(simulated, tellsOf: [.sync])
        let gate = Gate()
        disk.onCall { _ in gate.pass() }
        var environment = World(disk).environment()
        environment.hasThreads = true
        let journal = try Journal.open(environment, options: Self.options)
        defer { journal.close() }
        let answered = Monitor(0)
        func submit(_ numbers: Range<Int>) throws {
            for number in numbers {
                let event = Event(type: "noted", data: [UInt8](repeating: 7, count: 6000))
                let encoded = try journal.encode(Append([event], to: "account-\(number % 3)"))
                journal.submit(encoded) { result in
                    if case .failure(let error) = result { Issue.record(error) }
                    answered.withLock { $0 += 1 }
                    answered.broadcast()
                }
            }
        }
        func waits(for count: Int) -> Int {
            answered.wait(
                timeoutNanoseconds: 30_000_000_000, until: { $0 >= count },
                then: { count, _ in count })
        }

        // While nothing becomes durable all of them come together, so that one round writes many segments.
        gate.close()
        try submit(0..<64)
        gate.open()
        try #require(waits(for: 64) == 64)
        for more in 0..<8 {
            try submit(64 + more..<65 + more)
            try #require(waits(for: 65 + more) == 65 + more, "appending waits for ever")
        }
        journal.settleIndex()
        #expect(journal.view.index.partsInMemory <= 1)
        #expect(journal.view.index.parts.all.count > journal.view.index.partsInMemory)
        let scan = try StoreScan(simulated)
        #expect(scan.problems == [])
        try IndexAudit(scan, journal.view.index).check("settled")
    }
}
