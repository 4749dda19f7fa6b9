import Daybook
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// Who waits at the watermark is woken by whatever there is to see.
@Suite(.timeLimit(.minutes(15))) struct WatermarkTests {
    private static func mark(_ position: Position) -> Watermark.Mark {
        Watermark.Mark(position: position, frame: position)
    }

    /// A watch that counts its calls.
    private static func watch(_ watermark: Watermark) -> (HeadWatch, calls: () -> Int) {
        let calls = Monitor(0)
        return (HeadWatch(watermark) { calls.withLock { $0 += 1 } }, { calls.withLock { $0 } })
    }

    @Test func `Many watches hear of one move once each, and of no other until armed again`() {
        let watermark = Watermark(Self.mark(3))
        let watches = (0..<100).map { _ in Self.watch(watermark) }
        for (watch, _) in watches { #expect(watch.arm(beyond: 3)) }
        watermark.advance(to: Self.mark(3))
        #expect(watches.allSatisfy { $0.calls() == 0 }, "it did not move")
        for position in 4...6 as ClosedRange<Position> {
            watermark.advance(to: Self.mark(position))
            #expect(watches.allSatisfy { $0.calls() == 1 })
        }
        for (watch, _) in watches[..<50] { #expect(watch.arm(beyond: 6)) }
        #expect(!watches[99].0.arm(beyond: 5))
        watermark.advance(to: Self.mark(7))
        #expect(watches.map { $0.calls() } == (0..<100).map { $0 < 50 ? 2 : 1 })
    }

    @Test func `An alarm wakes who waits, and keeps others from waiting`() async throws {
        let watermark = Watermark(Self.mark(3))
        let (watch, calls) = Self.watch(watermark)
        #expect(watch.arm(beyond: 3))
        let waiting = Task { try await watermark.wait(beyond: 3) }
        watermark.alarm()
        try await waiting.value
        #expect(calls() == 1)
        #expect(!watch.arm(beyond: 3), "what there was to see is there still")
        try await watermark.wait(beyond: 3)
    }

    @Test func `Its end wakes all, and says why`() async throws {
        let watermark = Watermark(Self.mark(3))
        let (watch, calls) = Self.watch(watermark)
        #expect(watch.arm(beyond: 3))
        let waiting = Task { try await watermark.wait(beyond: 3) }
        watermark.end(.closed())
        await #expect(throws: StoreError.self) { try await waiting.value }
        #expect(calls() == 1)
        #expect(!watch.arm(beyond: 3))
        try await watermark.wait(beyond: 2)
    }
}
