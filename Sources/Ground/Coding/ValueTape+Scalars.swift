import DaybookBytes
import DaybookJSON

/// What cells hold, by the format of the payload.
extension ValueTape {
    /// A text or a key.
    func text(_ range: Range<Int>) -> String {
        // Safe: texts are found to be UTF-8 when they are scanned.
        unsafe String(
            copying: UTF8Span(unchecked: Span<UInt8>(_bytes: bytes.bytes.extracting(range))))
    }

    /// The bytes of bytes.
    func content(of index: Int) -> [UInt8] {
        bytes.bytes.extracting(cells[index].content).copied()
    }

    /// The value of a number that is written the way most are; nil for all others.
    @inline(__always)
    func shortInteger(at index: Int, _ format: PayloadFormat) -> Int64? {
        let cell = cells[index]
        guard case .number = cell.kind else { return nil }
        return format == .json
            ? JSONScalar.shortInteger(bytes.bytes, Int(cell.start), Int(cell.count))
            : CBORScalar.shortInteger(bytes.bytes, Int(cell.start))
    }

    /// What integer a value is; nil for what is no number.
    func integer(at index: Int, _ format: PayloadFormat) -> WideInteger? {
        let cell = cells[index]
        switch cell.kind {
        case .number where format == .json:
            return JSONScalar.integer(bytes.bytes, cell.content)
        case .number: return CBORScalar.integer(bytes.bytes, Int(cell.start))
        case .positive, .negative:
            return CBORScalar.bigInteger(bytes.bytes, cell.content, cell.kind == .negative)
        default: return nil
        }
    }

    /// The nearest value to that of a number; nil where it is greater than any.
    @inline(__always)
    func float<Value: DecimalReadable>(
        at index: Int, _ format: PayloadFormat, as type: Value.Type
    ) -> Value? {
        let range = cells[index].content
        return format == .json
            ? JSONScalar.float(bytes.bytes, range, as: type)
            : CBORScalar.float(bytes.bytes, range.lowerBound, as: type)
    }

    /// The integer that names a member; nil beyond 64 bits.
    func integerKey(of index: Int) -> Int? {
        CBORScalar.integerKey(bytes.bytes, Int(cells[index].keyStart))
    }

    /// A number as a person writes it, of not too many digits.
    func numberText(at index: Int, _ format: PayloadFormat, bytesMax: Int) -> String {
        let range = cells[index].content
        if format == .cbor { return CBORScalar.text(bytes.bytes, range.lowerBound) }
        return text(range.prefix(bytesMax)) + (range.count > bytesMax ? "…" : "")
    }
}
