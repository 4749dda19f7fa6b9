import DaybookBytes

/// The value of a number's text, exactly: a sign, significant digits without zeros at either end,
/// and the power of ten of the last of them. Offsets into the text; nothing is copied.
///
///     -0120.50e3     negative, digits "12050" (offsets 2..<7, with the point inside), exponent 2
struct DecimalForm {
    /// Beyond this many digits an exponent is not computed with: see ``exponent``.
    static let exponentDigitsMax = 15

    let start: Int
    let isNegative: Bool
    /// From the first significant digit to behind the last; empty for a zero.
    let digits: Range<Int>
    /// How many digits stand in ``digits``, the point not counted.
    let digitCount: Int
    /// The power of ten of the last significant digit; nil where the text's exponent has more than
    /// ``exponentDigitsMax`` digits, and such a number is equal only to one that is written the
    /// same.
    let exponent: Int?

    var isZero: Bool { digits.isEmpty }

    /// Reads the range, in which a valid number stands.
    init(of bytes: RawSpan, _ range: Range<Int>) {
        start = range.lowerBound
        var at = range.lowerBound
        isNegative = bytes.u8(at: at) == ASCII.minus
        if isNegative { at += 1 }

        var first: Int?
        var behindLast = at
        var count = 0
        var trailing = 0
        var fraction = 0
        var inFraction = false
        while at < range.upperBound {
            let byte = bytes.u8(at: at)
            if byte == ASCII.point {
                inFraction = true
            } else if ASCII.isDigit(byte) {
                if inFraction { fraction += 1 }
                if byte != ASCII.zero {
                    if first == nil { first = at }
                    count += trailing + 1
                    trailing = 0
                    behindLast = at + 1
                } else if first != nil {
                    trailing += 1
                }
            } else {
                break
            }
            at += 1
        }
        digits = first.map { $0..<behindLast } ?? at..<at
        digitCount = count
        let written = at == range.upperBound ? 0 : Self.exponent(bytes, at + 1..<range.upperBound)
        exponent = written.map { $0 - fraction + trailing }
    }

    /// The digits of an exponent and the sign before them.
    private static func exponent(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
        var value = 0
        var significant = 0
        for at in range where ASCII.isDigit(bytes.u8(at: at)) {
            let digit = Int(bytes.u8(at: at) - ASCII.zero)
            if significant > 0 || digit > 0 { significant += 1 }
            if significant > exponentDigitsMax { return nil }
            value = value * 10 + digit
        }
        return bytes.u8(at: range.lowerBound) == ASCII.minus ? -value : value
    }

    /// The value as an integer.
    ///
    /// - Throws: `notInteger` or `integerOverflow`.
    func int64(in bytes: RawSpan) throws(JSONError) -> Int64 {
        let magnitude = try magnitude(in: bytes)
        if isNegative, magnitude == UInt128(Int64.min.magnitude) { return .min }
        guard let value = Int64(exactly: magnitude) else {
            throw JSONError(.integerOverflow, at: start)
        }
        return isNegative ? -value : value
    }

    /// The value without its sign.
    ///
    /// - Throws: `notInteger`, or `integerOverflow` beyond 128 bits.
    func magnitude(in bytes: RawSpan) throws(JSONError) -> UInt128 {
        if isZero { return 0 }
        guard let exponent else {
            // An exponent of that size has a sign: before it stands nothing but the digits.
            let isSmall = bytes.u8(at: exponentSign(in: bytes)) == ASCII.minus
            throw JSONError(isSmall ? .notInteger : .integerOverflow, at: start)
        }
        if exponent < 0 { throw JSONError(.notInteger, at: start) }
        let overflow = JSONError(.integerOverflow, at: start)
        // 39 digits are the most that 128 bits have.
        if digitCount + exponent > 39 { throw overflow }
        var value: UInt128 = 0
        for at in digits where bytes.u8(at: at) != ASCII.point {
            let digit = UInt128(bytes.u8(at: at) - ASCII.zero)
            guard let next = Self.shift(value, adding: digit) else { throw overflow }
            value = next
        }
        for _ in 0..<exponent {
            guard let next = Self.shift(value, adding: 0) else { throw overflow }
            value = next
        }
        return value
    }

    /// One more digit behind those of a number; nil where they are more than 128 bits.
    private static func shift(_ value: UInt128, adding digit: UInt128) -> UInt128? {
        let (tens, isTooGreat) = value.multipliedReportingOverflow(by: 10)
        let (sum, isStillTooGreat) = tens.addingReportingOverflow(digit)
        return isTooGreat || isStillTooGreat ? nil : sum
    }

    /// Where the sign, or the first digit, of the exponent stands.
    private func exponentSign(in bytes: RawSpan) -> Int {
        var at = digits.upperBound
        while bytes.u8(at: at) | 0x20 != UInt8(ascii: "e") { at += 1 }
        return at + 1
    }
}
