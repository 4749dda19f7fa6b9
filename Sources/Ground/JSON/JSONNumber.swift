import DaybookBytes

/// A number, kept as it was written, so that no digit is lost on the way through.
///
/// Two numbers are equal when they are the same number, whatever their spelling: `1`, `1.0` and
/// `10e-1` are, and so are `0` and `-0`. They are compared digit by digit, not as floating point:
/// `9007199254740993` and `9007199254740992` differ. A number whose exponent has more than 15
/// digits is equal only to one that is written the same.
public struct JSONNumber: Sendable {
    /// The number as JSON writes it.
    public let literal: String

    /// Takes a literal that a scanner has accepted.
    init(checked literal: String) { self.literal = literal }

    /// A number from its JSON text, white space not included.
    ///
    /// - Throws: ``JSONError`` where the text is anything but a number.
    public init(literal: String) throws(JSONError) {
        let bytes = literal.utf8Span.bytes
        let slice = try JSON.slice(of: bytes)
        guard slice.kind == .number, slice.range == 0..<bytes.byteCount else {
            let found = bytes.u8(at: 0)
            throw JSONError(.wrongKind, at: 0, expected: .number, found: found)
        }
        self.literal = literal
    }

    /// An integer.
    public init(_ value: some FixedWidthInteger) { literal = String(value) }

    /// The shortest text that reads back as this very value; nil for a NaN or an infinity, which
    /// JSON cannot write.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        literal = value.description
    }

    /// The value where it is a whole number of 64 bits, however it is written; else nil.
    public var int64: Int64? {
        let bytes = literal.utf8Span.bytes
        return try? DecimalForm(of: bytes, 0..<bytes.byteCount).int64(in: bytes)
    }

    /// The nearest floating-point value; nil where the number is greater than any of them.
    public var double: Double? {
        guard let value = Double(literal), value.isFinite else { return nil }
        return value
    }
}

extension JSONNumber: Hashable {
    /// Whether both are the same number: see ``JSONNumber``.
    public static func == (one: JSONNumber, other: JSONNumber) -> Bool {
        let ones = one.literal.utf8Span.bytes
        let others = other.literal.utf8Span.bytes
        if ones.isEqual(to: others) { return true }
        let form = DecimalForm(of: ones, 0..<ones.byteCount)
        let otherForm = DecimalForm(of: others, 0..<others.byteCount)
        if form.isZero || otherForm.isZero { return form.isZero && otherForm.isZero }
        guard form.isNegative == otherForm.isNegative, form.digitCount == otherForm.digitCount,
            let exponent = form.exponent, exponent == otherForm.exponent
        else { return false }
        var at = form.digits.lowerBound
        var otherAt = otherForm.digits.lowerBound
        while at < form.digits.upperBound {
            if ones.u8(at: at) == ASCII.point { at += 1 }
            if others.u8(at: otherAt) == ASCII.point { otherAt += 1 }
            if ones.u8(at: at) != others.u8(at: otherAt) { return false }
            at += 1
            otherAt += 1
        }
        return true
    }

    /// Feeds what equal numbers share.
    public func hash(into hasher: inout Hasher) {
        let bytes = literal.utf8Span.bytes
        let form = DecimalForm(of: bytes, 0..<bytes.byteCount)
        if form.isZero { return hasher.combine(0) }
        hasher.combine(form.isNegative)
        hasher.combine(form.exponent)
        for at in form.digits where bytes.u8(at: at) != ASCII.point {
            hasher.combine(bytes.u8(at: at))
        }
    }
}

extension JSONNumber: CustomStringConvertible {
    /// The literal.
    public var description: String { literal }
}
