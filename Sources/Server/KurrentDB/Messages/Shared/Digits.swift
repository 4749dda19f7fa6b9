internal import Daybook
internal import DaybookBytes

/// The digits of a number in decimal, eight at a time: a division waits for the one before.
struct DecimalDigits {
    /// All that a number can have, and zeros before them.
    private static let placesMax = 24
    private let places: InlineArray<3, UInt64>
    /// How many are left without the zeros before them.
    let count: Int

    init(_ value: UInt64) {
        let (rest, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        let (high, middle) = rest.quotientAndRemainder(dividingBy: 100_000_000)
        let eights: InlineArray<3, UInt64> = [
            Self.eight(high), Self.eight(middle), Self.eight(low),
        ]
        var zeros = 0
        for eight in eights.indices where zeros == 8 * eight {
            zeros += (eights[eight] ^ Self.zeros).trailingZeroBitCount / 8
        }
        places = [
            eights[0].littleEndian, eights[1].littleEndian, eights[2].littleEndian,
        ]
        count = Self.placesMax - min(zeros, Self.placesMax - 1)
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Safe: every element is a number that was written.
            unsafe places.span.bytes.extracting(Self.placesMax - count..<Self.placesMax)
        }
    }

    private static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// The digits of a number below 10^8, the first in the lowest byte: halves, then quarters, then digits stand side by
    /// side in one word, and are divided together.
    private static func eight(_ value: UInt64) -> UInt64 {
        var word = value / 10_000 | (value % 10_000) << 32
        let hundreds = (word &* 10_486) >> 20 & 0x7F_0000_007F
        word = hundreds | (word &- hundreds &* 100) << 16
        let tens = (word &* 103) >> 10 & 0xF_000F_000F_000F
        return (tens | (word &- tens &* 10) << 8) | zeros
    }
}

extension ByteRoom {
    /// The usual form of an id has so many characters.
    static var uuidBytes: Int { 36 }

    mutating func append(_ id: EventID) {
        let dash = UInt8(ascii: "-")
        let (middle, last) = (Self.hexadecimal(id.high), Self.hexadecimal(id.low >> 32))
        append(Self.hexadecimal(id.high >> 32))
        append(dash)
        append(UInt32(truncatingIfNeeded: middle))
        append(dash)
        append(UInt32(truncatingIfNeeded: middle >> 32))
        append(dash)
        append(UInt32(truncatingIfNeeded: last))
        append(dash)
        append(UInt32(truncatingIfNeeded: last >> 32))
        append(Self.hexadecimal(id.low))
    }

    /// The eight digits of the lower half of a number, the first in the lowest byte.
    private static func hexadecimal(_ value: UInt64) -> UInt64 {
        var word = UInt64(UInt32(truncatingIfNeeded: value).byteSwapped)
        word = (word | word << 16) & 0xFFFF_0000_FFFF
        word = (word | word << 8) & 0xFF_00FF_00FF_00FF
        word = (word >> 4 | word << 8) & 0x0F0F_0F0F_0F0F_0F0F
        // 10 and more are letters, which stand 39 places behind the digits.
        let letters = (word + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return word + 0x3030_3030_3030_3030 + letters * 0x27
    }
}
