internal import Daybook
internal import DaybookBytes

extension EventIndex {
    /// The names of events that are taken in next.
    struct Ahead {
        var streams = NamesAhead()
        var tags = NamesAhead()
    }

    /// Of so many events the names are looked at beforehand: what is fetched for them fits into the caches.
    private static let eventsAhead = 256

    /// Takes in the events of a frame.
    /// - Parameters:
    ///   - block: what the offset of the frame is of.
    ///   - streams: the numbers of their streams, by event, where the caller has them; one alone is that of all.
    mutating func add(
        _ frame: FrameRef, in block: borrowing RawSpan, streams numbers: [Int32] = []
    ) {
        var ahead = Ahead()
        let looksAhead = frame.header.eventCount >= NameTable.lookedAtFirstMin
        var (at, done) = (frame.offset + frame.header.eventsAt, 0)
        while done < frame.header.eventCount {
            let count = min(Self.eventsAhead, frame.header.eventCount - done)
            if looksAhead {
                look(at: count, in: block, from: at, hasStreams: !numbers.isEmpty, &ahead)
            }
            for event in done..<done + count {
                let length = Int(block.u32(at: at))
                let view = EventView(
                    record: block.extracting(at..<at + length),
                    position: frame.header.firstPosition + Position(event))
                let stream = numbers.count > 1 ? numbers[event] : numbers.first
                add(view, stream: stream.map { Int($0) }, &ahead)
                at += length
            }
            done += count
        }
    }

    /// Looks the names of some events up, as far as that helps to take them in.
    private func look(
        at count: Int, in block: borrowing RawSpan, from offset: Int, hasStreams: Bool,
        _ ahead: inout Ahead
    ) {
        ahead.streams.removeAll()
        ahead.tags.removeAll()
        let hash = streamNames.hash
        var at = offset
        for _ in 0..<count {
            let length = Int(block.u32(at: at))
            let view = EventView(record: block.extracting(at..<at + length), position: 0)
            if !hasStreams {
                ahead.streams.append(hash.whole(view.streamBytes, TermKind.stream.rawValue))
            }
            let kind = Self.tagKind(isSystem: view.isSystem)
            view.forEachTag { ahead.tags.append(hash.whole($0, kind)) }
            at += length
        }
        ahead.streams.look(in: streamNames)
        ahead.tags.look(in: terms)
    }

    /// The kind of the tags of an event of a stream.
    static func tagKind(isSystem: Bool) -> UInt8 {
        isSystem ? TermKind.tag.ofSystem : TermKind.tag.rawValue
    }
}
