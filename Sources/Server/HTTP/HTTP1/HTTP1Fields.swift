extension HTTPFields.Field {
    /// A line of a head or of trailers; RFC 9112, section 5.
    static func parsed(_ line: [UInt8]) throws(HTTP1Error) -> HTTPFields.Field {
        if line[0].isBlank {
            throw HTTP1Error(
                "A field is continued on a second line, which is not allowed any more.")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw HTTP1Error("A line of the head has no colon.")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(\.isToken) else {
            throw HTTP1Error("The name of a field is empty or holds a character it may not.")
        }
        let value = line[(colon + 1)...].trimmed
        guard value.allSatisfy(\.isFieldContent) else {
            throw HTTP1Error("The value of a field holds a control character.")
        }
        return HTTPFields.Field(
            String(decoding: name.map(\.lowercased), as: UTF8.self), value.text)
    }
}

/// Counts the fields of one head, or of one set of trailers.
struct HTTP1FieldCount {
    private(set) var bytesLeft: Int
    private var fieldsLeft: Int

    init(_ limits: HTTPLimits) {
        bytesLeft = limits.headBytesMax
        fieldsLeft = limits.headFieldsMax
    }

    static let tooMuch = HTTP1Error(431, "The fields of the head are more than this server takes.")

    /// - Parameter line: no longer than there are bytes left.
    mutating func add(_ line: [UInt8]) throws(HTTP1Error) {
        bytesLeft -= line.count
        fieldsLeft -= 1
        if fieldsLeft < 0 { throw Self.tooMuch }
    }
}

/// The value of the one field Content-Length of a message; nil where there is none. Digits and nothing else: a sign,
/// a list or a second field is what request smuggling is made of.
func contentLength(_ fields: HTTPFields) throws(HTTP1Error) -> Int? {
    let values = fields.values("content-length")
    guard let value = values.first else { return nil }
    if values.count > 1 { throw HTTP1Error("There is more than one Content-Length.") }
    guard !value.isEmpty, value.utf8.allSatisfy(\.isDigit) else {
        throw HTTP1Error("The Content-Length is no number.")
    }
    guard let length = Int(value) else { throw HTTP1Body.tooLarge }
    return length
}

/// Whether the body comes in chunks. That is the one coding taken, alone and without a Content-Length beside it.
func isChunked(_ fields: HTTPFields, minorVersion: Int) throws(HTTP1Error) -> Bool {
    let values = fields.values("transfer-encoding")
    guard let value = values.first else { return false }
    if minorVersion == 0 { throw HTTP1Error("HTTP/1.0 has no Transfer-Encoding.") }
    if fields["content-length"] != nil {
        throw HTTP1Error("Both Transfer-Encoding and Content-Length say how long the body is.")
    }
    guard values.count == 1, Array(value.utf8).map(\.lowercased) == Array("chunked".utf8) else {
        throw HTTP1Error(501, "The Transfer-Encoding is something other than chunked, once.")
    }
    return true
}
