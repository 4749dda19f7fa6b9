internal import Daybook
internal import DaybookPlatform

/// A segment that is read frame by frame.
struct SegmentWalk {
    var scanner: FrameScanner
    let path: String
    /// Frames up to it have to be there, and are looked at.
    var lastFrame = UInt64.max
    /// Where its events lie, as far as that is known.
    var positions: ClosedRange<Position>?
    /// Each frame so far.
    var isWhole = true
    /// Frames follow one another as far as it goes: none is left out.
    var isExamined = true
    /// Of the last frame.
    var flags: FrameHeader.Flags = []

    init(
        _ file: JournalFolder.File, to end: Int, records: FrameScanner.Records = .plain(nil),
        positions: ClosedRange<Position>? = nil
    ) {
        scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: end, records: records)
        path = file.file.path
        self.positions = positions
    }
}

extension Verifier {
    /// Reads and checks the next frame that is whole; nil at the end, and where nothing more can be read.
    /// - Throws: `newerFormat`, `inputOutput`; damage is a finding.
    mutating func step(_ walk: inout SegmentWalk) throws(StoreError) -> ScannedFrame? {
        while order.next?.frame ?? 0 <= walk.lastFrame {
            do throws(FrameScanner.Stop) {
                guard let frame = try walk.scanner.next() else { return nil }
                walk.flags = frame.frame.header.flags
                let flaws = order.take(frame)
                add(flaws, walk.path)
                return frame
            } catch {
                if try !pass(error, &walk) { return nil }
            }
        }
        return nil
    }

    /// Tells of the damage at which a walk stopped; whether it can go on behind it.
    private mutating func pass(
        _ stop: FrameScanner.Stop, _ walk: inout SegmentWalk
    ) throws(StoreError) -> Bool {
        let next = order.next?.position
        let failure = stop.storeError(walk.path, next ?? 0)
        if failure.code != .corrupt { throw failure }
        walk.isWhole = false
        let damaged: DamagedFrame?
        do throws(FrameScanner.Stop) { damaged = try walk.scanner.skip(stop) } catch {
            throw error.storeError(walk.path, next ?? 0)
        }
        if let damaged {
            walk.flags = damaged.header.flags
            for flaw in damaged.flaws {
                report.add(
                    Finding(
                        what: flaw.why, place: "\(walk.path), offset \(flaw.offset)",
                        position: flaw.positions?.lowerBound,
                        lastPosition: flaw.positions?.upperBound))
            }
            let flaws = order.pass(damaged)
            add(flaws, walk.path)
            return true
        }
        walk.isExamined = false
        order.lose()
        report.add(Self.unexamined(failure, from: next, walk))
        return false
    }

    /// Where a walk ends too early.
    private static func unexamined(
        _ failure: StoreError, from next: Position?, _ walk: SegmentWalk
    ) -> Finding {
        var finding = Finding(failure)
        finding.position = next
        if let next, let positions = walk.positions, positions.contains(next) {
            finding.lastPosition = positions.upperBound
        } else if walk.lastFrame == .max {
            // The segment is sealed, and its events lie in front of this place.
            finding.position = nil
        }
        finding.what +=
            finding.position == nil
            ? "; no event lies behind this place in the segment, but marks or system records may"
            : "; what lies behind this place in the segment could not be examined"
        return finding
    }

    mutating func add(_ flaws: [FrameOrder.Flaw], _ path: String) {
        for flaw in flaws { add(flaw.what, path, flaw.offset, flaw.position) }
    }

    mutating func add(_ what: String, _ path: String, _ offset: Int, _ position: Position?) {
        report.add(Finding(what: what, place: "\(path), offset \(offset)", position: position))
    }
}
