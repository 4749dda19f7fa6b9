import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Zeros written ahead of the appends.
@Suite struct ZeroingTests {
    @Test func `No byte of a segment is written with zeros twice`()
        throws
    {
        let disk = SimulatedDisk()
        var isUsed = 0
        for opening in 1...4 as ClosedRange<UInt64> {
            let journal = try World(disk, seed: opening).open()
            for number in 0..<30 {
                try journal.append(String(repeating: "1", count: 50 * number), to: "account-1")
                journal.askAhead()
                while journal.stepPreparing() {}
            }
            // The mark of the closing is not durable: what is not marked is copied.
            if opening == 2 { disk.plan = .fail(at: 1, with: .EIO, only: [.sync]) }
            journal.close()
            disk.plan = .none
            isUsed += journal.view.allSegments.count
        }
        #expect(disk.callCount < SimulatedDisk.loggedCallsMax, "all calls are looked at")
        #expect(isUsed > 8)
        var written: [String: [Range<Int>]] = [:]
        for call in disk.calls where call.path.contains("/segments/") {
            // One that was given up may have its name from the next one.
            if call.kind == .remove { written[call.path] = nil }
            guard call.kind == .write, let range = call.range, !call.path.hasSuffix("offsets")
            else { continue }
            written[call.path, default: []].append(range)
        }
        for (path, ranges) in written {
            let steps = ranges.filter {
                $0.count >= 4096 && $0.lowerBound >= SegmentHeader.byteCount
            }
            for (index, range) in steps.enumerated() {
                #expect(!steps[..<index].contains { $0.overlaps(range) }, "\(path): \(steps)")
            }
        }
    }
}
