import DaybookBytes

extension JSONScanner {
    /// A number, whose first byte, a digit or the minus, stands here.
    ///
    ///     number = [ "-" ] ( "0" | digit1-9 *digit ) [ "." 1*digit ] [ exponent ]
    ///     exponent = ( "e" | "E" ) [ "+" | "-" ] 1*digit
    @inline(__always)
    mutating func scanNumber() throws(JSONError) -> JSONSlice {
        let start = at
        if bytes.u8(at: at) == ASCII.minus { at += 1 }
        if at < end, bytes.u8(at: at) == ASCII.zero {
            at += 1
            if at < end, ASCII.isDigit(bytes.u8(at: at)) {
                throw JSONError(.invalidNumber, at: at, found: bytes.u8(at: at))
            }
        } else {
            try scanDigits()
        }
        if at < end, bytes.u8(at: at) == ASCII.point {
            at += 1
            try scanDigits()
        }
        if at < end, bytes.u8(at: at) | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end {
                let sign = bytes.u8(at: at)
                if sign == ASCII.plus || sign == ASCII.minus { at += 1 }
            }
            try scanDigits()
        }
        return JSONSlice(.number, start..<at)
    }

    /// One digit or more.
    @inline(__always)
    private mutating func scanDigits() throws(JSONError) {
        guard at < end, ASCII.isDigit(bytes.u8(at: at)) else {
            throw unexpected(.digit, .invalidNumber)
        }
        repeat { at += 1 } while at < end && ASCII.isDigit(bytes.u8(at: at))
    }
}
