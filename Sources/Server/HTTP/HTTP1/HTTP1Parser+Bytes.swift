/// Reads bytes as requests of HTTP/1.1 and counts the whole ones, up to the first that is none: what a fuzzer calls.
package func wholeHTTP1Requests(in bytes: borrowing RawSpan) -> Int {
    var parser = HTTP1Parser<HTTP1RequestHead>(HTTPLimits())
    var at = 0
    var count = 0
    do throws(HTTP1Error) {
        while true {
            switch try parser.next(bytes, at: &at) {
            case .more: return count
            case .end: count += 1
            case .head, .body, .trailer: break
            }
        }
    } catch {
        return count
    }
}
