internal import Daybook
internal import DaybookPlatform

/// A segment that is read frame by frame.
struct SegmentWalk {
    var scanner: FrameScanner
    let path: String
    /// Frames up to it have to be there.
    var lastFrame: UInt64
    /// It is read to its end, whatever the frames say that they are; else up to that frame.
    var isSealed: Bool
    /// Where its events lie, as far as that is known.
    var positions: ClosedRange<Position>?
    /// Each frame so far.
    var isWhole = true
    /// Frames follow one another as far as it goes: none is left out.
    var isExamined = true
    /// Of the last frame.
    var flags: FrameHeader.Flags = []

    init(
        _ file: JournalFolder.File, to end: Int, lastFrame: UInt64, isSealed: Bool = false,
        records: FrameScanner.Records = .plain(nil), positions: ClosedRange<Position>? = nil
    ) {
        scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: end, records: records)
        scanner.readsAround = true
        path = file.file.path
        self.lastFrame = lastFrame
        self.isSealed = isSealed
        self.positions = positions
    }
}

extension Verifier {
    /// Reads and checks the next frame that is whole; nil at the end, and where nothing more can be read.
    /// - Throws: `newerFormat`, `inputOutput`; damage is a finding.
    mutating func step(_ walk: inout SegmentWalk) throws(StoreError) -> ScannedFrame? {
        while walk.isSealed || order.next?.frame ?? 0 <= walk.lastFrame {
            do throws(FrameScanner.Stop) {
                guard let frame = try walk.scanner.next() else { return nil }
                walk.flags = frame.frame.header.flags
                if !order.isFollowed(by: frame.frame.header) { walk.isWhole = false }
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
        if !failure.isDamage { throw failure }
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
        let expected = order.next
        order.lose()
        let found = try Self.seek(&walk, behind: expected, stop)
        walk.isExamined = found != nil
        let last = found.map { $0.firstPosition - 1 } ?? walk.positions?.upperBound
        report.add(Self.unexamined(failure, from: expected?.position, to: last))
        return walk.isExamined
    }

    /// Goes on where a later frame of the journal begins.
    private static func seek(
        _ walk: inout SegmentWalk, behind expected: JournalEnd?, _ stop: FrameScanner.Stop
    ) throws(StoreError) -> FrameHeader? {
        guard case .invalid = stop else { return nil }
        var (frame, position) = (expected?.frame ?? 0, expected?.position ?? 0)
        // What stands in front has a number that cannot be.
        if frame > walk.lastFrame { (frame, position) = (0, 0) }
        let numbers = frame...walk.lastFrame
        do throws(FrameScanner.Stop) {
            return try walk.scanner.seek {
                numbers.contains($0.number) && $0.firstPosition >= position
            }
        } catch {
            throw error.storeError(walk.path, position)
        }
    }

    /// Where frames do not follow one another, up to a position.
    private static func unexamined(
        _ failure: StoreError, from first: Position?, to last: Position?
    ) -> Finding {
        var finding = Finding(failure)
        let hasEvents = last ?? .max >= first ?? 0
        (finding.position, finding.lastPosition) = hasEvents ? (first, last) : (nil, nil)
        finding.what +=
            hasEvents
            ? "; what lies between this place and the next frame that is whole could not be examined"
            : "; no event is missing up to the next frame that is whole, but marks or system records "
                + "may be"
        return finding
    }

    mutating func add(_ flaws: [FrameOrder.Flaw], _ path: String) {
        for flaw in flaws { add(flaw.what, path, flaw.offset, flaw.position) }
    }

    mutating func add(_ what: String, _ path: String, _ offset: Int, _ position: Position?) {
        report.add(Finding(what: what, place: "\(path), offset \(offset)", position: position))
    }
}
