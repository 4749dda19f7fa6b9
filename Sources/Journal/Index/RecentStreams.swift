internal import Daybook
internal import DaybookBytes

/// A stream's name as a number. Two streams may have the same one: whoever asks by it looks once more.
///
/// The stream that holds the metadata of another has the number of that one: what happens to either concerns both.
package struct StreamHash: Hashable, Sendable {
    fileprivate let value: UInt32

    init(_ name: borrowing RawSpan, _ hash: NameHash) {
        var first = 0
        while name.byteCount >= first + 2, name.u16(at: first) == Self.metadataPrefix { first += 2 }
        value = UInt32(truncatingIfNeeded: hash.whole(name.extracting(first...), 0) >> 32)
    }

    fileprivate init(value: UInt32) { self.value = value }

    /// `$$`.
    private static let metadataPrefix: UInt16 = 0x2424
}

/// Which streams the last events are of, so that of many who wait for one stream each, only those are woken to whom
/// something has come.
///
/// It keeps nothing, and costs nothing, until it is asked for the first time.
struct RecentStreams {
    /// Events that it knows of, a power of two: 64 KiB. Those of one sync are far fewer; whoever asks of more has to
    /// look for itself.
    static let eventsMax = 1 << 14

    /// By the last bits of the position.
    private var hashes: [UInt32] = []
    /// It knows of what stands between these positions, both included.
    private var first: Position = 1
    private var last: Position = 0

    /// Takes in the next event.
    mutating func add(_ event: borrowing EventView, _ hash: NameHash) {
        // What runs cover is not taken in.
        if event.position != last + 1 { first = event.position }
        last = event.position
        if hashes.isEmpty { return }
        hashes[place(of: last)] = StreamHash(event.streamBytes, hash).value
        if last - first >= Position(Self.eventsMax) { first = last - Position(Self.eventsMax) + 1 }
    }

    /// The streams that the events between two positions are of, both included, which were taken in; nil where that is
    /// not known.
    mutating func streams(in bounds: ClosedRange<Position>) -> Set<StreamHash>? {
        if hashes.isEmpty {
            hashes = Array(repeating: 0, count: Self.eventsMax)
            first = last + 1
        }
        guard bounds.lowerBound >= first, bounds.upperBound <= last else { return nil }
        var streams: Set<StreamHash> = []
        for position in bounds { streams.insert(StreamHash(value: hashes[place(of: position)])) }
        return streams
    }

    private func place(of position: Position) -> Int {
        Int(position & Position(Self.eventsMax - 1))
    }
}
