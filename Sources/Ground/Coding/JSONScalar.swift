import DaybookBytes
import DaybookJSON

/// A floating-point type that decimal numbers are read into.
protocol DecimalReadable: BinaryFloatingPoint, LosslessStringConvertible, Sendable {
    /// Every whole number up to here is a value, and so is every power of ten up to
    /// ``tens``.count - 1: a product or quotient of two such is rounded once, as the standard asks.
    static var exactMax: UInt64 { get }
    static var tens: [Self] { get }
}

extension Double: DecimalReadable {
    static let exactMax: UInt64 = 1 << 53
    static let tens: [Double] = (0...22).map { Double("1e\($0)")! }
}

extension Float: DecimalReadable {
    static let exactMax: UInt64 = 1 << 24
    static let tens: [Float] = (0...10).map { Float("1e\($0)")! }
}

/// Numbers as JSON writes them, which a scanner has accepted.
enum JSONScalar {
    /// So many digits fit into 64 bits, whichever they are.
    static let shortDigitsMax = 18

    /// An integer that is written with a sign and digits alone, and not too many.
    @inline(__always)
    static func shortInteger(_ bytes: RawSpan, _ start: Int, _ count: Int) -> Int64? {
        let isNegative = bytes.u8(at: start) == UInt8(ascii: "-")
        var at = isNegative ? start + 1 : start
        let end = start + count
        if end - at > shortDigitsMax { return nil }
        var value: Int64 = 0
        while at < end {
            let digit = bytes.u8(at: at) &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            value = value &* 10 &+ Int64(digit)
            at += 1
        }
        return isNegative ? 0 &- value : value
    }

    static func integer(_ bytes: RawSpan, _ range: Range<Int>) -> WideInteger {
        do throws(JSONError) {
            let (isNegative, magnitude) = try JSONSlice.integer(in: bytes, range)
            return .whole(isNegative: isNegative, magnitude: magnitude)
        } catch {
            return error.code == .notInteger ? .fraction : .tooWide
        }
    }

    /// The nearest value; nil where the number is greater than any.
    @inline(__always)
    static func float<Value: DecimalReadable>(
        _ bytes: RawSpan, _ range: Range<Int>, as type: Value.Type
    ) -> Value? {
        if let value = shortFloat(bytes, range, as: type) { return value }
        guard let value = Value(bytes.extracting(range).text()), value.isFinite else {
            return nil
        }
        return value
    }

    /// A number of few digits, with a point among them at most.
    @inline(__always)
    private static func shortFloat<Value: DecimalReadable>(
        _ bytes: RawSpan, _ range: Range<Int>, as type: Value.Type
    ) -> Value? {
        var at = range.lowerBound
        let isNegative = bytes.u8(at: at) == UInt8(ascii: "-")
        if isNegative { at += 1 }
        if range.upperBound - at > shortDigitsMax { return nil }
        var digits: UInt64 = 0
        var behindPoint = -1
        while at < range.upperBound {
            let byte = bytes.u8(at: at)
            let digit = byte &- UInt8(ascii: "0")
            at += 1
            if digit <= 9 {
                digits = digits &* 10 &+ UInt64(digit)
            } else if byte == UInt8(ascii: ".") {
                behindPoint = at
            } else {
                return nil
            }
        }
        let fraction = behindPoint < 0 ? 0 : range.upperBound - behindPoint
        if digits > Value.exactMax || fraction >= Value.tens.count { return nil }
        let value = Value(digits) / Value.tens[fraction]
        return isNegative ? -value : value
    }
}
