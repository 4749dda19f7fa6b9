internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// The 128-bit identity of an event, written as a UUID (RFC 9562).
///
/// It makes an append repeatable: the same ids appended again are answered as the first time.
public struct EventID: Hashable, Sendable {
    /// The first eight bytes, most significant first.
    public let high: UInt64
    /// The last eight bytes, most significant first.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id, unlike any other: a version 4 UUID. It is an identity, not a secret.
    ///
    /// A count of this process, mixed with 192 random bits of it: a system call an id, or a lock, would cost more
    /// than recording the event.
    public init() {
        let count = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        self.init(
            randomHigh: Self.mixed(count &+ Self.keys.0),
            randomLow: Self.mixed(count &* Self.keys.1 ^ Self.keys.2))
    }

    private static let count = Atomic<UInt64>(0)
    private static let keys: (UInt64, UInt64, UInt64) = {
        let randomness = SystemRandomness()
        return (randomness.next(), randomness.next() | 1, randomness.next())
    }()

    /// Another number for each number, far away from its neighbours' (the finaliser of SplitMix64).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A version 4 UUID from 128 random bits of the caller's.
    public init(randomHigh: UInt64, randomLow: UInt64) {
        high = randomHigh & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = randomLow & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    /// A version 5 UUID from the first 16 bytes of a SHA-1 digest.
    public init(sha1Digest digest: [UInt8]) {
        precondition(digest.count >= 16, "a SHA-1 digest has 20 bytes")
        let high = digest[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000
        self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    /// Reads the usual form of 36 characters, in either case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        // Safe: every byte of a text is initialised.
        self.init(utf8: unsafe text.utf8Span.span.bytes)
    }

    /// The same from its UTF-8.
    package init?(utf8 text: RawSpan) {
        guard text.byteCount == 36 else { return nil }
        var parts: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<36 {
            let byte = text.u8(at: index)
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Self.digit(byte) else { return nil }
                if digits < 16 {
                    parts.0 = parts.0 << 4 | digit
                } else {
                    parts.1 = parts.1 << 4 | digit
                }
                digits += 1
            }
        }
        (high, low) = parts
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension EventID: CustomStringConvertible, LosslessStringConvertible {
    /// The usual form: 36 characters, lower case.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        let digits = Array("0123456789abcdef".utf8)
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 {
                text.append(UInt8(ascii: "-"))
            }
            let word = place < 16 ? high : low
            text.append(digits[Int(word >> UInt64(60 - 4 * (place & 15)) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    public init?(_ description: String) { self.init(description[...]) }
}

extension EventID: Comparable {
    /// By bytes: the order of the written form.
    public static func < (left: EventID, right: EventID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
