internal import DaybookBytes

/// The answer to one request of HTTP/1.1 as it is written: the framing of the body is chosen when its first bytes go
/// out. What is whole by then has a Content-Length, what is not goes in chunks.
struct HTTP1Answer {
    private enum Framing: Hashable {
        /// No body, whatever is written: to HEAD, or by the status.
        case absent
        case length(left: Int)
        case chunked
        case untilClose
    }
    private var framing: Framing?
    private var head: ResponseHead?
    private var queue = BodyQueue()
    /// Set where the body is whole.
    private var trailers: HTTPFields?
    private let isHead: Bool
    private let minorVersion: Int
    private let takesTrailers: Bool
    /// Whether another request may follow; where not, the client is told.
    private(set) var keepsAlive: Bool
    /// Whether all of it was written.
    private(set) var isWritten = false
    /// Whether the body did not have the length that was promised: the client must see that it is broken.
    private(set) var isBroken = false

    /// The answer to a request; nil: to what is none.
    init(to request: HTTP1RequestHead?) {
        isHead = request?.head.method == "HEAD"
        minorVersion = request?.minorVersion ?? 1
        takesTrailers = request?.takesTrailers ?? false
        keepsAlive = request?.keepsAlive ?? false
    }

    /// Bytes of the body that go out in one chunk at most.
    private static let chunkBytesMax = 64 * 1024

    var waitingBytes: Int { queue.count }
    var hasHead: Bool { head != nil }
    /// Whether the head has gone out.
    var hasBegun: Bool { framing != nil }
    var isFinished: Bool { trailers != nil }

    mutating func respond(_ head: ResponseHead) {
        if self.head == nil { self.head = head }
    }

    mutating func write(_ bytes: [UInt8]) {
        if trailers == nil && framing != .absent { queue.append(bytes) }
    }

    mutating func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    mutating func closeAfterwards() { keepsAlive = false }

    /// Writes what there is, until the buffer is full.
    /// - Parameter date: when; nil says nothing.
    mutating func produce(into out: SendBuffer, date: HTTPDate?) {
        guard !isWritten, let head else { return }
        let chosen = framing ?? begin(head, date?.text, into: &out.bytes)
        framing = chosen
        switch chosen {
        case .absent: queue.removeAll()
        case .chunked:
            while queue.count > 0 && !out.isFull {
                let count = min(queue.count, Self.chunkBytesMax)
                out.bytes.append(String(count, radix: 16) + "\r\n")
                queue.move(count, into: &out.bytes)
                out.bytes.append("\r\n")
            }
        case .length(let left):
            let count = min(queue.count, left, SendBuffer.bytesMax)
            queue.move(count, into: &out.bytes)
            framing = .length(left: left - count)
            // More than was promised would be taken for the next answer.
            if left == count && queue.count > 0 { breakOff() }
        case .untilClose: queue.move(min(queue.count, SendBuffer.bytesMax), into: &out.bytes)
        }
        if let trailers, queue.count == 0 { end(trailers, into: &out.bytes) }
    }

    private mutating func breakOff() {
        queue.removeAll()
        isBroken = true
    }

    private mutating func end(_ trailers: HTTPFields, into out: inout ByteWriter) {
        isWritten = true
        if framing == .chunked {
            out.append("0\r\n")
            if takesTrailers { Self.write(trailers, into: &out) }
            out.append("\r\n")
        }
        if case .length(let left) = framing, left > 0 { breakOff() }
    }

    private mutating func begin(
        _ head: ResponseHead, _ date: String?, into out: inout ByteWriter
    ) -> Framing {
        out.append("HTTP/1.1 \(head.status) \(Self.reason(head.status))\r\n")
        if let date { out.append("date: \(date)\r\n") }
        Self.write(head.fields, into: &out)
        let framing = chooseFraming(head, into: &out)
        if !keepsAlive { out.append("connection: close\r\n") }
        out.append("\r\n")
        return framing
    }

    private mutating func chooseFraming(
        _ head: ResponseHead, into out: inout ByteWriter
    ) -> Framing {
        if head.status == 204 || head.status == 304 { return .absent }
        if let given = head.fields["content-length"] {
            return isHead ? .absent : .length(left: Int(given) ?? 0)
        }
        if isFinished {
            out.append("content-length: \(queue.count)\r\n")
            return isHead ? .absent : .length(left: queue.count)
        }
        if minorVersion == 1 {
            out.append("transfer-encoding: chunked\r\n")
            return isHead ? .absent : .chunked
        }
        keepsAlive = false
        return isHead ? .absent : .untilClose
    }

    /// Fields with names and values of services: a line break in one must not become a second field.
    private static func write(_ fields: HTTPFields, into out: inout ByteWriter) {
        for field in fields.all {
            out.append(field.name)
            out.append(": ")
            if field.value.utf8.allSatisfy(\.isFieldContent) {
                out.append(field.value)
            } else {
                for byte in field.value.utf8 { out.append(byte.isFieldContent ? byte : 0x20) }
            }
            out.append("\r\n")
        }
    }

    /// The words for a status; programs go by the number.
    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: "Status"
        }
    }
}
