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
            let isLost = lost.first(in: offset..<offset + header.byteCount) != nil
            let positions = isLost ? nil : position.map { $0...$0 } ?? header.positions
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
        var flaws: [DamagedFrame.Flaw] = []
        var place = EventPlace(event: 0, at: frame.offset + frame.header.eventsAt)
        var search = Search(of: frame.header)
        while place.event < frame.header.eventCount {
            let length = length(at: place, of: frame, block)
            let why = flaw(at: place, length, of: frame, block)
            var next = length.map { EventPlace(event: place.event + 1, at: place.at + $0) }
            if let why {
                let isLast = place.event == frame.header.eventCount - 1
                if let found = next, !isLast, !leads(to: found, of: frame, block, &search) {
                    next = nil
                }
                if !isLast { next = next ?? seek(behind: place, of: frame, block, &search) }
                flaws.append(flaw(why, from: place, to: next, of: frame.header))
            }
            guard let next else { break }
            place = next
        }
        return flaws
    }

    /// An event of a frame, and where it begins in a block.
    private struct EventPlace {
        var event: Int
        var at: Int
    }

    /// How far the search for the events of a damaged frame has come.
    private struct Search {
        /// Up to here each event leads to the next one.
        var ledTo = 0
        /// So many bytes may still be looked at to find out which event is which: the data of an event may look like
        /// any number of events, and what is behind its length is told as not examined then.
        var bytesLeft: Int

        init(of header: FrameHeader) { bytesLeft = 64 * header.byteCount }
    }

    /// - Parameter next: the next event that was found; nil: none.
    private func flaw(
        _ why: String, from place: EventPlace, to next: EventPlace?, of header: FrameHeader
    ) -> DamagedFrame.Flaw {
        let last = Position((next?.event ?? header.eventCount) - 1)
        let positions = header.firstPosition + Position(place.event)...header.firstPosition + last
        let hides = positions.count > 1
        return DamagedFrame.Flaw(
            offset: base + place.at, positions: positions,
            why: hides ? why + ", and where the next ones of the append begin is lost with it" : why
        )
    }

    /// How long an event says to be; nil where that cannot be.
    private func length(
        at place: EventPlace, of frame: FrameRef, _ block: borrowing RawSpan
    ) -> Int? {
        let end = frame.offset + frame.header.byteCount
        guard place.at + EventRecord.namesAt <= end else { return nil }
        let length = Int(block.u32(at: place.at))
        return length >= EventRecord.namesAt && length <= end - place.at ? length : nil
    }

    /// What is wrong with an event; nil: nothing.
    private func flaw(
        at place: EventPlace, _ length: Int?, of frame: FrameRef, _ block: borrowing RawSpan
    ) -> String? {
        let start = base + place.at
        if let why = lost.why(start..<start + (length ?? EventRecord.namesAt)) { return why }
        guard let length else { return "the length of the event cannot be" }
        let record = block.extracting(place.at..<place.at + length)
        return isWhole(record, place.event, of: frame.header)
            ? nil : "the checksum of the event does not match its bytes"
    }

    private func isWhole(
        _ record: borrowing RawSpan, _ event: Int, of header: FrameHeader
    ) -> Bool {
        let position = header.firstPosition + Position(event)
        return EventRecord.checksum(of: record, segment: randomID, position: position)
            == record.u32(at: EventRecord.checksumAt)
            && (EventRecord.isCompressed(record) || EventRecord.isWellFormed(record))
    }

    /// Whether an event of a frame seems to begin here: it is whole, or its length and those behind it lead to one that
    /// is, or to the end of the frame.
    private func leads(
        to start: EventPlace, of frame: FrameRef, _ block: borrowing RawSpan,
        _ search: inout Search
    ) -> Bool {
        if start.at <= search.ledTo { return true }
        var place = start
        while place.event < frame.header.eventCount {
            guard let length = length(at: place, of: frame, block) else { return false }
            if flaw(at: place, length, of: frame, block) == nil {
                search.ledTo = place.at
                return true
            }
            place = EventPlace(event: place.event + 1, at: place.at + length)
        }
        if isEnd(place.at, of: frame) { search.ledTo = place.at }
        return isEnd(place.at, of: frame)
    }

    /// Whether nothing but the zeros that round a frame up lies behind.
    private func isEnd(_ at: Int, of frame: FrameRef) -> Bool {
        let left = frame.offset + frame.header.byteCount - at
        return left >= 0 && left < FrameHeader.alignment
    }

    /// The next event that is whole behind one that does not lead to it, wherever it begins.
    private func seek(
        behind place: EventPlace, of frame: FrameRef, _ block: borrowing RawSpan,
        _ search: inout Search
    ) -> EventPlace? {
        let last = frame.offset + frame.header.byteCount - EventRecord.namesAt
        for at in stride(from: place.at + 1, through: last, by: 1) {
            let events = place.event + 1..<frame.header.eventCount
            if search.bytesLeft <= 0 { return nil }
            if let event = event(in: events, at: at, of: frame, block, &search) {
                return EventPlace(event: event, at: at)
            }
        }
        return nil
    }

    /// Which event of a frame is whole here; nil: none. A record does not say its number: its checksum tells which of all
    /// it is. Of compressed records, which more bytes look like, the lengths up to the end of the frame say it.
    private func event(
        in events: Range<Int>, at: Int, of frame: FrameRef, _ block: borrowing RawSpan,
        _ search: inout Search
    ) -> Int? {
        let place = EventPlace(event: events.lowerBound, at: at)
        guard let length = length(at: place, of: frame, block),
            lost.first(in: base + at..<base + at + length) == nil
        else { return nil }
        let record = block.extracting(at..<at + length)
        let isPlain = EventRecord.isWellFormed(record)
        guard isPlain || EventRecord.isCompressed(record) else { return nil }
        if let left = eventsLeft(from: at, of: frame, block, &search) {
            let event = frame.header.eventCount - left
            search.bytesLeft -= length
            if events.contains(event), isWhole(record, event, of: frame.header) { return event }
        }
        if !isPlain { return nil }
        for event in events where search.bytesLeft > 0 {
            search.bytesLeft -= length
            if isWhole(record, event, of: frame.header) { return event }
        }
        return nil
    }

    /// How many events there are from here to the end of a frame, by their lengths; nil where these do not lead there.
    private func eventsLeft(
        from start: Int, of frame: FrameRef, _ block: borrowing RawSpan, _ search: inout Search
    ) -> Int? {
        var place = EventPlace(event: 0, at: start)
        while !isEnd(place.at, of: frame) {
            search.bytesLeft -= EventRecord.namesAt
            guard place.event < frame.header.eventCount, search.bytesLeft > 0,
                let length = length(at: place, of: frame, block)
            else { return nil }
            place = EventPlace(event: place.event + 1, at: place.at + length)
        }
        return place.event
    }
}

extension FrameHeader {
    /// The positions of its events; nil where it has none.
    var positions: ClosedRange<Position>? {
        eventCount == 0 ? nil : firstPosition...firstPosition + Position(eventCount) - 1
    }
}
