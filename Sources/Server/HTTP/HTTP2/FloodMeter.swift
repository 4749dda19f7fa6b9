internal import CNGHTTP2

/// Counts the frames that cost this end something and the peer almost nothing, and says when they are too many.
///
/// Each kind has a store that a frame takes from and time refills. Frames that come with useful ones in a fixed
/// proportion, such as WINDOW_UPDATE, are not counted: they cost the peer what they cost here.
struct FloodMeter {
    enum Kind: Int, CaseIterable {
        /// The peer breaks off what it began before there is an answer ("rapid reset"). One that waits for the beginning
        /// of an answer pays a round trip for each, as for any other request.
        case reset
        /// PING and SETTINGS, which are answered, and what has no effect: PRIORITY, empty DATA, unknown frames, the
        /// reset of what is over.
        case idle

        /// What there is too much of, for whoever looks after the server.
        var words: String {
            switch self {
            case .reset: "requests broken off before they were answered"
            case .idle: "frames that are only answered, or mean nothing"
            }
        }
    }

    /// The same of a flood that nghttp2 has noticed itself; nil: its error is another one.
    static func flood(of error: Int) -> String? {
        switch Int32(error) {
        case NGHTTP2_ERR_FLOODED.rawValue: "pings and settings whose answers are not read"
        case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: "pieces of one head"
        default: nil
        }
    }

    /// The store of a kind, in frames, and what a second refills. Two thousand calls may be broken off at once and two
    /// hundred every second; probes of the bandwidth send a PING a round trip.
    static func store(of kind: Kind) -> (framesMax: Int, framesASecond: Int) {
        switch kind {
        case .reset: (2_000, 200)
        case .idle: (10_000, 10_000)
        }
    }

    private struct Store {
        var milliframes: Int
        var filledAt: Int64 = 0
    }
    private var stores = Kind.allCases.map { Store(milliframes: store(of: $0).framesMax * 1_000) }

    mutating func admits(_ kind: Kind, at now: Int64) -> Bool {
        let (framesMax, framesASecond) = Self.store(of: kind)
        var store = stores[kind.rawValue]
        defer { stores[kind.rawValue] = store }
        // A frame a millisecond is a thousand a second: frames a second are thousandths of a frame a millisecond.
        let gained = min(now - store.filledAt, 1 << 32) * Int64(framesASecond)
        store.milliframes = min(store.milliframes + Int(max(gained, 0)), framesMax * 1_000)
        store.filledAt = now
        if store.milliframes < 1_000 { return false }
        store.milliframes -= 1_000
        return true
    }
}
