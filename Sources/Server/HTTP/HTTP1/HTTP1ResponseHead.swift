/// The head of an answer of HTTP/1.1, but to HEAD: that one has no body, whatever its fields say.
struct HTTP1ResponseHead: Hashable, HTTP1MessageHead {
    private(set) var head: ResponseHead
    private let minorVersion: Int
    private(set) var framing = HTTP1Framing.length(0)
    /// Whether the server takes another request on the connection.
    private(set) var keepsAlive = false

    static let lineTooLong = HTTP1Error("The first line is longer than this client takes.")

    /// `HTTP/1.1 200 OK`; the words may be missing.
    static func parsed(_ line: [UInt8]) throws(HTTP1Error) -> HTTP1ResponseHead {
        let minorVersion = line.starts(with: "HTTP/1.1 ".utf8) ? 1 : 0
        guard minorVersion == 1 || line.starts(with: "HTTP/1.0 ".utf8), line.count >= 12,
            line[9..<12].allSatisfy(\.isDigit), line.count == 12 || line[12] == 0x20,
            let status = Int(line[9..<12].text), status >= 100
        else { throw HTTP1Error("The first line is not a version and a status.") }
        return HTTP1ResponseHead(
            head: ResponseHead(status: status), minorVersion: minorVersion)
    }

    mutating func add(_ field: HTTPFields.Field) { head.fields.add(field.name, field.value) }

    mutating func complete() throws(HTTP1Error) {
        let connection = head.fields.values("connection")
            .flatMap { Array($0.utf8)[...].listMembers }
        keepsAlive = minorVersion == 1 && !connection.contains("close")
        if head.status < 200 || head.status == 204 || head.status == 304 { return }
        if try isChunked(head.fields, minorVersion: minorVersion) {
            framing = .chunked
        } else if let length = try contentLength(head.fields) {
            framing = .length(length)
        } else {
            framing = .untilClose
            keepsAlive = false
        }
    }

    private init(head: ResponseHead, minorVersion: Int) {
        self.head = head
        self.minorVersion = minorVersion
    }
}
