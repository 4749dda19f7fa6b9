internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// A frame of which something is damaged behind a header that is whole: what it says of itself, and what is wrong.
struct DamagedFrame {
    struct Flaw {
        var offset: Int
        /// The positions that cannot be served because of it; nil where it touches no event.
        var positions: ClosedRange<Position>?
        var why: String
    }

    var header: FrameHeader
    /// The offset in the file of its beginning.
    var offset: Int
    /// Nil where they cannot be read.
    var fields: FrameFields?
    /// One at least; no more than it has events.
    var flaws: [Flaw]
}

extension FrameScanner {
    /// Goes on behind the frame at which `next` stopped, where its header is whole: that tells how long it is. Each
    /// event has a checksum of its own, so that all that are damaged are told.
    /// - Parameter stop: what `next` has just thrown.
    /// - Returns: nil where nothing tells where the next frame begins; then it has not moved.
    mutating func skip(_ stop: Stop) throws(Stop) -> DamagedFrame? {
        guard case .invalid(let at, let position, let why) = stop else { return nil }
        let header: FrameHeader
        let block: SharedBytes
        do throws(Stop) {
            header = try self.header()
            block = try bytes(header.byteCount)
        } catch {
            if case .invalid = error { return nil }
            throw error
        }
        let frame = FrameRef(header: header, offset: offset - base)
        var found = DamagedFrame(
            header: header, offset: offset, flaws: flaws(frame, block.bytes))
        if found.flaws.isEmpty {
            let positions = position.map { $0...$0 } ?? header.positions
            found.flaws = [DamagedFrame.Flaw(offset: at, positions: positions, why: why)]
        }
        if header.fieldBytes > 0 { found.fields = try? decodeFields(frame, block.bytes) }
        pass(header)
        return found
    }

    /// Goes on with the next frame of which the header is whole, wherever it begins.
    /// - Parameter follows: whether a frame may be the next one: an event may hold what looks like another.
    /// - Returns: its header; nil where there is none, then nothing more is read.
    mutating func seek(where follows: (FrameHeader) -> Bool) throws(Stop) -> FrameHeader? {
        var at = offset + FrameHeader.alignment
        let size: Int
        do throws(Errno) { size = try file.size() } catch { throw .failed(error) }
        while at + FrameHeader.fixedBytes <= min(end, size) {
            offset = at
            do throws(Stop) {
                let block = try bytes(FrameHeader.fixedBytes)
                let last = base + block.count - FrameHeader.fixedBytes
                while at <= last && block.bytes.u32(at: at - base) != FrameHeader.magic {
                    at += FrameHeader.alignment
                }
                if at > last { continue }
                offset = at
                let header = try header()
                if follows(header) { return header }
            } catch {
                guard case .invalid = error else { throw error }
            }
            at += FrameHeader.alignment
        }
        offset = end
        return nil
    }

    /// What is wrong with the events of a frame.
    private func flaws(_ frame: FrameRef, _ block: borrowing RawSpan) -> [DamagedFrame.Flaw] {
        let header = frame.header
        guard let positions = header.positions else { return [] }
        var flaws: [DamagedFrame.Flaw] = []
        let end = frame.offset + header.byteCount
        var at = frame.offset + header.eventsAt
        for position in positions {
            let rest = position...positions.upperBound
            let length = at + EventRecord.namesAt <= end ? Int(block.u32(at: at)) : 0
            guard length >= EventRecord.namesAt, length <= end - at else {
                flaws.append(
                    DamagedFrame.Flaw(
                        offset: base + at, positions: rest,
                        why: "the length of the event cannot be"))
                break
            }
            let isWhole = isWhole(block.extracting(at..<at + length), position)
            at += length
            if isWhole { continue }
            var flaw = DamagedFrame.Flaw(
                offset: base + at - length, positions: position...position,
                why: "the checksum of the event does not match its bytes")
            let isLast = position == positions.upperBound
            let leadsOn = isLast || leads(to: position + 1, of: frame, at: at, block)
            if !leadsOn {
                flaw.positions = rest
                flaw.why +=
                    ", and its length leads to no other: those behind it in the same append could "
                    + "not be examined"
            }
            flaws.append(flaw)
            if !leadsOn { break }
        }
        return flaws
    }

    private func isWhole(_ record: borrowing RawSpan, _ position: Position) -> Bool {
        EventRecord.checksum(of: record, segment: randomID, position: position)
            == record.u32(at: EventRecord.checksumAt)
            && (EventRecord.isCompressed(record) || EventRecord.isWellFormed(record))
    }

    /// Whether an event of a frame seems to begin here: it is whole, or its length and those behind it lead to the end of
    /// the frame.
    private func leads(
        to position: Position, of frame: FrameRef, at start: Int, _ block: borrowing RawSpan
    ) -> Bool {
        let end = frame.offset + frame.header.byteCount
        var at = start
        for next in position..<frame.header.firstPosition + Position(frame.header.eventCount) {
            let length = at + EventRecord.namesAt <= end ? Int(block.u32(at: at)) : 0
            guard length >= EventRecord.namesAt, length <= end - at else { return false }
            if isWhole(block.extracting(at..<at + length), next) { return true }
            at += length
        }
        return end - at < FrameHeader.alignment
    }
}

extension FrameHeader {
    /// The positions of its events; nil where it has none.
    var positions: ClosedRange<Position>? {
        eventCount == 0 ? nil : firstPosition...firstPosition + Position(eventCount) - 1
    }
}
