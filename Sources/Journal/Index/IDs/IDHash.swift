internal import Daybook

/// The hash by which an event is recognised: of its id and of the stream it stands in.
enum IDHash {
    /// - Parameter stream: the keyed hash of the stream's name.
    @inline(__always)
    static func hash(_ id: EventID, stream: UInt64) -> UInt64 {
        KeyedHash.mix(id.high ^ 0x9E37_79B9_7F4A_7C15, id.low ^ stream)
    }
}
