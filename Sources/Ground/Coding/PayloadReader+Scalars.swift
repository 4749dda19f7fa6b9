import DaybookBytes
import DaybookJSON

extension PayloadReader {
    func string(at index: Int) throws -> String {
        guard case .text = tape.cells[index].kind else { throw mismatch(String.self, index) }
        return tape.text(tape.cells[index].content)
    }

    func bool(at index: Int) throws -> Bool {
        switch tape.cells[index].kind {
        case .true: return true
        case .false: return false
        default: throw mismatch(Bool.self, index)
        }
    }

    @inline(__always)
    func integer<Value: FixedWidthInteger>(_ type: Value.Type, at index: Int) throws -> Value {
        if let value = tape.shortInteger(at: index, format), let exact = Value(exactly: value) {
            return exact
        }
        return try wideInteger(type, at: index)
    }

    @inline(never)
    private func wideInteger<Value: FixedWidthInteger>(
        _ type: Value.Type, at index: Int
    ) throws -> Value {
        guard let found = tape.integer(at: index, format) else { throw mismatch(type, index) }
        switch found {
        case .whole(let isNegative, let magnitude):
            let value = Value(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
            if value.magnitude == magnitude && (value < 0) == (isNegative && magnitude > 0) {
                return value
            }
        case .tooWide: break
        case .fraction:
            throw corrupted(
                "\(article(type)) was asked for, but \(look(index)) is no whole number", index)
        }
        throw corrupted(
            "\(look(index)) does not fit into \(type), which goes from \(Value.min) to "
                + "\(Value.max)", index)
    }

    @inline(__always)
    func float<Value: DecimalReadable>(_ type: Value.Type, at index: Int) throws -> Value {
        guard case .number = tape.cells[index].kind else {
            return try wideFloat(type, at: index)
        }
        let value = tape.float(at: index, format, as: type)
        if let value { return value }
        throw corrupted("\(look(index)) is greater than any \(type)", index)
    }

    /// The value of an integer of more than 64 bits.
    @inline(never)
    private func wideFloat<Value: DecimalReadable>(
        _ type: Value.Type, at index: Int
    ) throws -> Value {
        switch tape.cells[index].kind {
        case .positive: return Value(try wideInteger(UInt128.self, at: index))
        case .negative: return Value(try wideInteger(Int128.self, at: index))
        default: throw mismatch(type, index)
        }
    }
}

/// An integer of any width, or what a number is instead.
enum WideInteger {
    case whole(isNegative: Bool, magnitude: UInt128)
    /// More than 128 bits.
    case tooWide
    case fraction
}
