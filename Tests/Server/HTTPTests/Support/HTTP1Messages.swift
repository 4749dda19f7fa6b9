import DaybookBytes

@testable import DaybookHTTP

/// What a parser made of some bytes, however they were cut.
enum ParsedMessage: Hashable {
    case request(HTTP1RequestHead, body: [UInt8], trailers: [HTTPFields.Field])
    /// What came of a message before the bytes ended.
    case unfinished(HTTP1RequestHead?, body: [UInt8])
    case refused(Int)
}

/// Reads bytes in pieces that end at the given places.
func parse(
    _ bytes: [UInt8], cutAt cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()
) -> [ParsedMessage] {
    var parser = HTTP1Parser<HTTP1RequestHead>(limits)
    var found: [ParsedMessage] = []
    var head: HTTP1RequestHead?
    var body: [UInt8] = []
    var trailers: [HTTPFields.Field] = []
    var from = 0
    for cut in cuts + [bytes.count] {
        let piece = Array(bytes[from..<cut])
        from = cut
        var at = 0
        reading: while true {
            do throws(HTTP1Error) {
                switch try parser.next(piece.rawSpan, at: &at) {
                case .more: break reading
                case .head(let next): head = next
                case .body(let range): body += piece[range]
                case .trailer(let field): trailers.append(field)
                case .end:
                    found.append(.request(head!, body: body, trailers: trailers))
                    head = nil
                    body = []
                    trailers = []
                }
            } catch {
                return found + [.refused(error.status)]
            }
        }
    }
    if head != nil || !parser.isBetweenMessages { found.append(.unfinished(head, body: body)) }
    return found
}
