import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// The frame that says, once nothing follows, that all before it is durable.
@Suite struct IdleMarkTests {
    private static func journal(on disk: SimulatedDisk) throws -> Journal {
        var options = JournalOptions.small
        options.idleMarkNanoseconds = 1_000_000
        var environment = World(disk).environment()
        environment.hasThreads = true
        return try Journal.open(environment, options: options)
    }

    /// Waits until a frame is readable, but not for ever.
    private static func waits(for frame: UInt64, of journal: Journal) -> Bool {
        let pause = Monitor(())
        for _ in 0..<1500 where journal.view.watermark.mark.frame < frame {
            pause.wait(
                timeoutNanoseconds: 10_000_000, until: { _ in false }, then: { _, _ in })
        }
        return journal.view.watermark.mark.frame >= frame
    }

    /// The writing thread has nothing to do with an append that a thread writes itself: it slept on for ever.
    @Test(.timeLimit(.minutes(15)))
    func `What one thread appends and waits for is marked, each time that nothing follows`() throws
    {
        let disk = SimulatedDisk()
        let journal = try Self.journal(on: disk)
        defer { journal.close() }
        for number in 1...5 as ClosedRange<UInt64> {
            let encoded = try journal.encode(
                Append([Event(type: "noted", data: "\(number)")], to: "account-1"))
            _ = try journal.submitAndWait(encoded).get()
            // One frame of the append, and one that says that it is durable.
            try #require(Self.waits(for: 2 * number, of: journal), "append \(number) is not marked")
            let frame = try #require(StoreScan(disk).frames.last)
            #expect(frame.flags.contains(.mark) && frame.isEmpty)
            #expect(frame.durableUpTo == 2 * number - 1)
        }
    }
}
