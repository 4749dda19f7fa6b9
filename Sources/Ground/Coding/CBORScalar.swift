import DaybookBytes

/// Numbers as CBOR writes them, which a scanner has accepted: `start` is that of their first byte.
///
///     major type (3 bits) | argument (5 bits)   the argument itself up to 23, else in the next
///                                               1, 2, 4, 8 bytes (24 to 27), the greatest first
///     0  an integer, the argument itself
///     1  a negative one, -1 - the argument
///     7  25, 26, 27: a floating-point number of 2, 4, 8 bytes
enum CBORScalar {
    @inline(__always)
    static func argument(_ bytes: RawSpan, _ start: Int) -> UInt64 {
        switch bytes.u8(at: start) & 0x1F {
        case 24: UInt64(bytes.u8(at: start + 1))
        case 25: UInt64(bytes.u16(at: start + 1).byteSwapped)
        case 26: UInt64(bytes.u32(at: start + 1).byteSwapped)
        case 27: bytes.u64(at: start + 1).byteSwapped
        case let argument: UInt64(argument)
        }
    }

    /// An integer of 64 bits; nil for all other numbers.
    @inline(__always)
    static func shortInteger(_ bytes: RawSpan, _ start: Int) -> Int64? {
        let major = bytes.u8(at: start) >> 5
        guard major < 2, let value = Int64(exactly: argument(bytes, start)) else { return nil }
        return major == 0 ? value : ~value
    }

    static func integer(_ bytes: RawSpan, _ start: Int) -> WideInteger {
        switch bytes.u8(at: start) >> 5 {
        case 0: return .whole(isNegative: false, magnitude: UInt128(argument(bytes, start)))
        case 1: return .whole(isNegative: true, magnitude: UInt128(argument(bytes, start)) + 1)
        default:
            let value = double(bytes, start)
            return whole(value)
        }
    }

    /// By its bits: what the standard library offers rounds, and needs libm for it.
    private static func whole(_ value: Double) -> WideInteger {
        if value == 0 { return .whole(isNegative: false, magnitude: 0) }
        if value.isNaN || value.exponent < 0 { return .fraction }
        if value.exponent > 127 { return .tooWide }
        let digits = UInt128(value.significandBitPattern | 1 << 52)
        let shift = Int(value.exponent) - 52
        let magnitude = shift < 0 ? digits >> -shift : digits << shift
        if shift < 0, magnitude << -shift != digits { return .fraction }
        return .whole(isNegative: value < 0, magnitude: magnitude)
    }

    /// The bytes of an integer, the greatest first.
    static func bigInteger(
        _ bytes: RawSpan, _ range: Range<Int>, _ isNegative: Bool
    ) -> WideInteger {
        var magnitude: UInt128 = 0
        for at in range {
            if magnitude >> 120 > 0 { return .tooWide }
            magnitude = magnitude << 8 | UInt128(bytes.u8(at: at))
        }
        if isNegative {
            if magnitude == .max { return .tooWide }
            magnitude += 1
        }
        return .whole(isNegative: isNegative, magnitude: magnitude)
    }

    /// The nearest value; nil where the number is finite and greater than any.
    @inline(__always)
    static func float<Value: DecimalReadable>(
        _ bytes: RawSpan, _ start: Int, as type: Value.Type
    ) -> Value? {
        switch bytes.u8(at: start) >> 5 {
        case 0: return Value(argument(bytes, start))
        case 1: return Value(-1 - Int128(argument(bytes, start)))
        default:
            let wide = double(bytes, start)
            let value = Value(wide)
            return value.isInfinite && wide.isFinite ? nil : value
        }
    }

    private static func double(_ bytes: RawSpan, _ start: Int) -> Double {
        switch bytes.u8(at: start) & 0x1F {
        case 25: Double(Float16(bitPattern: bytes.u16(at: start + 1).byteSwapped))
        case 26: Double(Float(bitPattern: bytes.u32(at: start + 1).byteSwapped))
        default: Double(bitPattern: bytes.u64(at: start + 1).byteSwapped)
        }
    }

    static func text(_ bytes: RawSpan, _ start: Int) -> String {
        switch integer(bytes, start) {
        case .whole(let isNegative, let magnitude): (isNegative ? "-" : "") + "\(magnitude)"
        case .tooWide, .fraction: "\(double(bytes, start))"
        }
    }

    /// How many bytes a key takes that is an integer: see ``integerKey(_:_:)``.
    static let integerKeyBytes = 9

    /// A key that is an integer, as a tape notes it: major type and argument, so that the same
    /// integer has the same bytes however it was written. Nil beyond 64 bits.
    static func integerKey(_ bytes: RawSpan, _ start: Int) -> Int? {
        guard let value = Int(exactly: bytes.u64(at: start + 1)) else { return nil }
        return bytes.u8(at: start) == 0 ? value : ~value
    }
}
