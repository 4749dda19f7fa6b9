import Daybook
import Testing

@testable import DaybookJournal

/// What was decided lately, and when it may be forgotten.
@Suite struct OverlayTests {
    private static func key(_ frame: UInt64) -> RecordKey { RecordKey(owner: "o", key: "\(frame)") }

    /// If it forgot more, no append could be decided until the index has caught up.
    @Test(arguments: 0...9 as ClosedRange<UInt64>)
    func `It forgets nothing that the index does not have, however far that lags`(lag: UInt64) {
        var overlay = Overlay(
            after: Watermark.Mark(position: 0, frame: 0), hash: NameHash(key: 1), changesMax: 3)
        var floors: Set<UInt64> = []
        var refusals = 0
        for frame in 1...60 as ClosedRange<UInt64> {
            let indexed = frame - 1 - min(lag, frame - 1)
            if !overlay.makeRoom(for: 1, indexed: indexed, last: frame - 1) { refusals += 1 }
            overlay.set(Self.key(frame), sequence: frame)
            #expect(overlay.floor <= indexed, "at frame \(frame)")
            for recent in indexed + 1...frame {
                #expect(overlay.record(Self.key(recent)) == .some(.some(recent)))
            }
            floors.insert(overlay.floor)
        }
        #expect(floors.count > 3, "it forgets in the end, so that it is bounded")
        #expect(overlay.record(Self.key(1)) == nil)
        #expect((refusals > 0) == (lag > 3), "it refuses where it would forget too much")
    }
}
