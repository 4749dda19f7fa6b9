internal import DaybookBytes
internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// A segment as readers see it: its file, and where in it each durable event lies.
///
/// Whoever holds it keeps the file open, whatever becomes of its name.
final class Segment: Sendable {
    let serial: UInt64
    let generation: UInt32
    let randomID: UInt64
    let file: OpenFile
    let firstPosition: Position
    private let offsets = Mutex<[UInt32]>([])
    /// Where the last durable frame ends.
    private let end = Atomic<Int>(SegmentHeader.byteCount)

    init(header: SegmentHeader, file: OpenFile, firstPosition: Position) {
        serial = header.serial
        generation = header.generation
        randomID = header.randomID
        self.file = file
        self.firstPosition = firstPosition
    }

    /// Takes in where the events of a frame lie, next in order.
    ///
    /// - Parameter base: the offset in the file of the block in which the frame lies.
    func add(_ frame: FrameRef, in block: borrowing RawSpan, base: Int) {
        end.store(base + frame.offset + frame.header.byteCount, ordering: .relaxed)
        var at = frame.offset + frame.header.eventsAt
        offsets.withLock { offsets in
            for _ in 0..<frame.header.eventCount {
                offsets.append(UInt32(base + at))
                at += Int(block.u32(at: at))
            }
        }
    }

    /// Bytes that its durable frames, and its header, take.
    var usedBytes: Int { end.load(ordering: .relaxed) }

    /// How many events it has.
    var count: Int { offsets.withLock { $0.count } }
    /// The position behind its last event.
    var endPosition: Position { firstPosition + Position(count) }

    /// Where events begin, from a position on: at most `limit` of them, and behind the last one the start of
    /// the next, where there is one.
    func starts(from position: Position, limit: Int) -> [UInt32] {
        let first = Int(position - firstPosition)
        return offsets.withLock { offsets in
            // A copy: a slice would make the next event of the writer copy the whole table.
            first < offsets.count ? Array(offsets[first..<min(first + limit + 1, offsets.count)]) : []
        }
    }

    /// Where the event at a position begins, and the next one in the segment, if any.
    func span(at position: Position) -> (start: Int, next: Int?) {
        let index = Int(position - firstPosition)
        return offsets.withLock { offsets in
            (Int(offsets[index]), index + 1 < offsets.count ? Int(offsets[index + 1]) : nil)
        }
    }

    static func path(serial: UInt64, generation: UInt32) -> String {
        let digits = String(serial)
        let name = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        return "segments/\(name).\(generation)"
    }
}
