/// The head of a request of HTTP/1.1, and what it says of the connection.
struct HTTP1RequestHead: Hashable, HTTP1MessageHead {
    private(set) var head: RequestHead
    /// 0 or 1.
    private(set) var minorVersion: Int
    /// Whether another request may follow on the connection.
    private(set) var keepsAlive = true
    /// Whether the client waits for leave to send the body.
    private(set) var expectsContinue = false
    /// Whether the client understands fields behind a body.
    private(set) var takesTrailers = false
    private(set) var framing = HTTP1Framing.length(0)

    static let lineTooLong = HTTP1Error(414, "The first line is longer than this server takes.")

    /// `POST /streams/a?b=c HTTP/1.1`: one blank between, none elsewhere.
    static func parsed(_ line: [UInt8]) throws(HTTP1Error) -> HTTP1RequestHead {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(\.isToken) else {
            throw HTTP1Error("The first line is not a method, a target and a version.")
        }
        let minorVersion = try version(parts[2])
        let target = parts[1]
        guard !target.isEmpty, target.allSatisfy(\.isVisible),
            !target.contains(UInt8(ascii: "#"))
        else { throw HTTP1Error("The target holds a character it may not.") }
        let method = parts[0].text
        var head = RequestHead(method: method, target: target.text)
        if target.first != UInt8(ascii: "/") {
            if target.elementsEqual("*".utf8), method == "OPTIONS" {
                return HTTP1RequestHead(head: head, minorVersion: minorVersion)
            }
            try split(absolute: target, into: &head)
        }
        return HTTP1RequestHead(head: head, minorVersion: minorVersion)
    }

    private static func version(_ text: ArraySlice<UInt8>) throws(HTTP1Error) -> Int {
        if text.elementsEqual("HTTP/1.1".utf8) { return 1 }
        if text.elementsEqual("HTTP/1.0".utf8) { return 0 }
        let isOther =
            text.count == 8 && text.starts(with: "HTTP/".utf8)
            && text[text.startIndex + 5].isDigit && text[text.startIndex + 6] == UInt8(ascii: ".")
            && text[text.startIndex + 7].isDigit
        throw isOther
            ? HTTP1Error(505, "The version is not HTTP/1.1.")
            : HTTP1Error("The first line does not end with a version of HTTP.")
    }

    /// `http://host:1/path`, as a proxy is asked: a server has to take it as well.
    private static func split(
        absolute target: ArraySlice<UInt8>, into head: inout RequestHead
    ) throws(HTTP1Error) {
        let lower = target.prefix(8).map(\.lowercased)
        let scheme = ["http://", "https://"].first { lower.starts(with: $0.utf8) }
        guard let scheme else { throw HTTP1Error("The target is no path.") }
        let rest = target.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = rest[..<(end ?? rest.endIndex)]
        guard !authority.isEmpty, authority.allSatisfy(\.isHost) else {
            throw HTTP1Error("The target names no host.")
        }
        let path = rest[authority.endIndex...]
        head.authority = authority.text
        head.target = path.first == UInt8(ascii: "/") ? path.text : "/" + path.text
    }

    mutating func add(_ field: HTTPFields.Field) { head.fields.add(field.name, field.value) }

    /// Checks what the fields say together.
    mutating func complete() throws(HTTP1Error) {
        let fields = head.fields
        let hosts = fields.values("host")
        if hosts.count > 1 { throw HTTP1Error("There is more than one Host.") }
        if hosts.isEmpty && minorVersion == 1 { throw HTTP1Error("There is no Host.") }
        if let host = hosts.first {
            guard host.utf8.allSatisfy(\.isHost) else {
                throw HTTP1Error("The Host holds a character it may not.")
            }
            // A host in the target counts more: RFC 9112, section 3.2.2.
            if head.authority.isEmpty { head.authority = host }
        }
        framing =
            if try isChunked(fields, minorVersion: minorVersion) {
                .chunked
            } else {
                .length(try contentLength(fields) ?? 0)
            }
        let connection = members("connection")
        keepsAlive = minorVersion == 1 && !connection.contains("close")
        takesTrailers = fields.all.contains { $0.name == "te" && $0.takesTrailers }
        for expected in members("expect") {
            guard expected == "100-continue" else {
                throw HTTP1Error(417, "Only 100-continue can be expected.")
            }
            expectsContinue = minorVersion == 1 && framing != .length(0)
        }
    }

    private func members(_ name: String) -> [String] {
        head.fields.values(name).flatMap { Array($0.utf8)[...].listMembers }
    }

    private init(head: RequestHead, minorVersion: Int) {
        self.head = head
        self.minorVersion = minorVersion
    }
}

extension UInt8 {
    /// What may stand in a host with a port: letters, digits, dots, an address of IPv6 in brackets. No user, no path.
    fileprivate var isHost: Bool {
        isVisible && !"/\\@?#<>\"'`{}|^,;".utf8.contains(self)
    }
}
