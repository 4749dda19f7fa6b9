internal import Daybook
internal import DaybookBytes

/// Two stretches of time, both ends included, in microseconds since 1970, outside of which a segment has no event.
///
/// After a restore that cut a segment they may be longer than its events.
package struct SegmentTimes: Hashable, Sendable {
    /// When its events were recorded.
    package private(set) var recorded: ClosedRange<Int64>
    /// When they occurred; those that do not say, when they were recorded.
    package private(set) var occurred: ClosedRange<Int64>

    package init(recorded: ClosedRange<Int64>, occurred: ClosedRange<Int64>) {
        self.recorded = recorded
        self.occurred = occurred
    }

    /// Whether all of other times lies within these.
    func covers(_ other: SegmentTimes) -> Bool {
        recorded.contains(other.recorded) && occurred.contains(other.occurred)
    }

    fileprivate mutating func add(_ other: SegmentTimes) {
        recorded = recorded.joined(with: other.recorded)
        occurred = occurred.joined(with: other.occurred)
    }
}

extension SegmentTimes? {
    /// Takes in the times of an event.
    mutating func add(recorded: Int64, occurred: Int64?) {
        let occurred = occurred ?? recorded
        let times = SegmentTimes(recorded: recorded...recorded, occurred: occurred...occurred)
        if self?.add(times) == nil { self = times }
    }

    /// Takes in the events of a frame, whose records are plain.
    mutating func add(_ frame: FrameRef, in block: borrowing RawSpan) {
        var at = frame.offset + frame.header.eventsAt
        for _ in 0..<frame.header.eventCount {
            let length = Int(block.u32(at: at))
            let record = block.extracting(at..<at + length)
            add(
                recorded: record.i64(at: EventRecord.recordedAtAt),
                occurred: EventRecord.occurredAt(of: record))
            at += length
        }
    }
}

extension ClosedRange<Int64> {
    fileprivate func joined(with other: Self) -> Self {
        Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
    }
}
