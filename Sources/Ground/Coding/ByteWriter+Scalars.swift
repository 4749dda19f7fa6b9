import DaybookBytes

extension ByteWriter {
    /// An integer in digits.
    mutating func append(decimal value: Int64) {
        var rest = value.magnitude
        if value < 0 { append(UInt8(ascii: "-")) }
        var digits = 1
        var bound: UInt64 = 10
        // The magnitude is below 10^19, which is the greatest power of ten in 64 bits.
        while digits < 19, rest >= bound {
            digits += 1
            bound &*= 10
        }
        let kept = unsafe append(atMost: digits) { room in
            var at = digits
            while at > 0 {
                at -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                // Safe: `at` is below `digits`, for which there is room.
                unsafe room[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            }
            return digits
        }
        assert(kept, "all digits are kept")
    }

    /// A major type and its argument, in the fewest bytes.
    @inline(__always)
    mutating func appendCBOR(_ major: UInt8, _ argument: UInt64) {
        if argument < 24 {
            append(major << 5 | UInt8(truncatingIfNeeded: argument))
        } else {
            appendLongCBOR(major, argument)
        }
    }

    private mutating func appendLongCBOR(_ major: UInt8, _ argument: UInt64) {
        if let argument = UInt8(exactly: argument) {
            append(major << 5 | 24)
            append(argument)
        } else if let argument = UInt16(exactly: argument) {
            append(major << 5 | 25)
            append(argument.byteSwapped)
        } else if let argument = UInt32(exactly: argument) {
            append(major << 5 | 26)
            append(argument.byteSwapped)
        } else {
            append(major << 5 | 27)
            append(argument.byteSwapped)
        }
    }

    /// A number in the shortest of three forms that keeps it; every NaN is written the same.
    mutating func appendCBOR(_ value: Double) {
        let single = Float(value)
        if value.isNaN {
            append(0xF9 as UInt8)
            append((0x7E00 as UInt16).byteSwapped)
        } else if Double(single) != value {
            append(0xFB as UInt8)
            append(value.bitPattern.byteSwapped)
        } else if Float(Float16(single)) != single {
            append(0xFA as UInt8)
            append(single.bitPattern.byteSwapped)
        } else {
            append(0xF9 as UInt8)
            append(Float16(single).bitPattern.byteSwapped)
        }
    }

    /// An integer of up to 128 bits: beyond 64 bits its bytes, tagged as such.
    mutating func appendCBOR(isNegative: Bool, _ magnitude: UInt128) {
        let argument = isNegative ? magnitude - 1 : magnitude
        if let short = UInt64(exactly: argument) { return appendCBOR(isNegative ? 1 : 0, short) }
        append(isNegative ? 0xC3 : 0xC2 as UInt8)
        let count = 16 - argument.leadingZeroBitCount / 8
        appendCBOR(2, UInt64(count))
        for place in (0..<count).reversed() {
            append(UInt8(truncatingIfNeeded: argument >> UInt128(place * 8)))
        }
    }
}
