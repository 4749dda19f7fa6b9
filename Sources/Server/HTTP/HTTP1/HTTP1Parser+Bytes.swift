/// Reads bytes as requests of HTTP/1.1 and counts the whole ones, up to the first that is none: what a fuzzer calls.
/// - Parameter cut: How many bytes come in a first piece.
package func wholeHTTP1Requests(in bytes: borrowing RawSpan, cutAt cut: Int = 0) -> Int {
    var parser = HTTP1Parser<HTTP1RequestHead>(HTTPLimits())
    var count = 0
    do throws(HTTP1Error) {
        try parser.count(bytes.extracting(..<cut), &count)
        try parser.count(bytes.extracting(cut...), &count)
    } catch {
        return count
    }
    return count
}

extension HTTP1Parser {
    /// Reads all of a piece, and counts the messages that end in it.
    fileprivate mutating func count(
        _ bytes: borrowing RawSpan, _ count: inout Int
    ) throws(HTTP1Error) {
        var at = 0
        while true {
            switch try next(bytes, at: &at) {
            case .more: return
            case .end: count += 1
            case .head, .body, .trailer: break
            }
        }
    }
}
