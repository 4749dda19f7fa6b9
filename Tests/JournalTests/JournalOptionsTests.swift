import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Settings that do not fit together.
@Suite struct JournalOptionsTests {
    @Test func `Those of a journal and those of the tests fit together`() {
        for options in [JournalOptions(), .tiny, .small] { #expect(options.problem == nil) }
    }

    @Test func `Each relation that does not hold is told`() {
        let wrong: [(WritableKeyPath<JournalOptions, Int>, value: Int, told: String)] = [
            (\.segmentBytesFirst, 4096, "header"),
            (\.segmentBytesFirst, 65 << 20, "segmentBytesMax"),
            (\.segmentBytesMax, 4 << 30, "32 bits"),
            (\.zeroStepBytes, 0, "zeros"),
            (\.batchBytesMax, 0, "under way"),
            (\.inFlightBytesMax, 0, "under way"),
            (\.overlayEventsMax, 0, "overlay"),
            (\.overlayEventsMax, 524_289, "overlayEventsMax"),
            (\.idempotencyWindow, 131_071, "idempotencyWindow"),
            (\.idempotencyWindow, 1 << 24, "idempotencyWindow"),
            (\.indexStepsMax, 0, "step"),
            (\.readBatchBytes, 0, "batch"),
            (\.readScatteredEventsMax, 0, "batch"),
        ]
        for (setting, value, told) in wrong {
            var options = JournalOptions()
            options[keyPath: setting] = value
            let problem = options.problem ?? "nothing"
            #expect(problem.contains(told), "\(setting) = \(value) is told as: \(problem)")
        }
    }

    @Test func `A journal is not opened with settings under which its decisions are not pure`()
        async
    {
        await #expect(processExitsWith: .failure) {
            var options = JournalOptions.tiny
            options.idempotencyWindow = 2 * options.overlayEventsMax - 1
            _ = try World(SimulatedDisk(), options: options).open()
        }
    }
}
