internal import DaybookBytes

/// Puts lines together out of bytes that come in any pieces. A line ends with CR LF and nothing else: whoever takes a
/// bare LF as well disagrees with the next in the chain about where a message ends.
struct HTTP1LineReader {
    /// Memory that is used again for the next line.
    static let keptBytesMax = 1_024
    private(set) var line: [UInt8] = []

    /// Goes on reading a line.
    /// - Parameters:
    ///   - at: where to begin; afterwards the first byte not read.
    ///   - bytesMax: of the line, its end not counted.
    ///   - tooLong: what is thrown beyond it.
    /// - Returns: Whether `line` is whole; it stays until the next call.
    mutating func read(
        _ bytes: borrowing RawSpan, at: inout Int, bytesMax: Int, tooLong: HTTP1Error
    ) throws(HTTP1Error) -> Bool {
        if isWhole {
            // A connection that waits for its next request keeps no more than most lines need.
            line.removeAll(keepingCapacity: line.capacity <= Self.keptBytesMax)
            isWhole = false
        }
        while at < bytes.byteCount {
            let byte = bytes.u8(at: at)
            at += 1
            if hasReturn {
                guard byte == UInt8(ascii: "\n") else {
                    throw HTTP1Error("A carriage return stands where no line ends.")
                }
                hasReturn = false
                isWhole = true
                return true
            }
            switch byte {
            case UInt8(ascii: "\r"): hasReturn = true
            case UInt8(ascii: "\n"):
                throw HTTP1Error("A line ends with a line feed alone; it has to be CR LF.")
            default:
                if line.count == bytesMax { throw tooLong }
                line.append(byte)
            }
        }
        return false
    }

    /// Whether a part of a line was read.
    var isInside: Bool { !isWhole && (hasReturn || !line.isEmpty) }

    private var hasReturn = false
    private var isWhole = false
}
