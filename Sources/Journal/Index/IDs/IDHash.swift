internal import Daybook
internal import DaybookBytes

/// The hash by which an event is recognised: of its id and of the stream it stands in.
enum IDHash {
    private static let mask: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// - Parameter stream: the keyed hash of the stream's name.
    @inline(__always)
    static func hash(_ id: EventID, stream: UInt64) -> UInt64 {
        // A product with 0 would tell nothing of the other half.
        let high = id.high == Self.mask ? id.high : id.high ^ Self.mask
        return KeyedHash.mix(high, id.low ^ stream)
    }

    /// Adds those of the events of a frame, whose records are plain.
    static func add(
        _ frame: FrameRef, in block: borrowing RawSpan, key: UInt64, to hashes: inout [UInt64]
    ) {
        if hashes.isEmpty { hashes.reserveCapacity(frame.header.eventCount) }
        frame.forEachEvent(in: block) { event in
            hashes.append(hash(event.id, stream: KeyedHash.hash(event.streamBytes, key: key)))
        }
    }
}
