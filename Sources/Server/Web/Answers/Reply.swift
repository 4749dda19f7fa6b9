internal import DaybookBytes
package import DaybookHTTP
package import DaybookJSON

/// A whole answer to a small request.
package struct Reply: Sendable, Equatable {
    package var status: Int
    /// What `body` is; nil where there is none.
    package var contentType: String?
    package var fields: HTTPFields = [:]
    package var body: [UInt8] = []

    package init(status: Int, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package static func text(
        _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> Reply {
        Reply(status: 200, contentType: contentType, body: Array(text.utf8))
    }

    package static func json(_ object: JSONObject, status: Int = 200) -> Reply {
        Reply(
            status: status, contentType: "application/json",
            body: JSONValue.object(object).bytes() + [UInt8(ascii: "\n")])
    }

    /// What went wrong with a request, as problem details (RFC 9457).
    /// - Parameter title: the same for every problem of the kind.
    package static func problem(
        _ status: Int, _ title: String, detail: String, path: Substring
    ) -> Reply {
        let object: JSONObject = [
            "type": "about:blank", "title": .string(title),
            "status": .number(JSONNumber(status)), "detail": .string(detail),
            "instance": .string(String(path)),
        ]
        var reply = json(object, status: status)
        reply.contentType = "application/problem+json"
        return reply
    }

    /// Sends it; for HEAD without its body, but with the length that it has.
    package func send(to exchange: Exchange) {
        var head = ResponseHead(status: status, fields: fields)
        if let contentType { head.fields.add("content-type", contentType) }
        // These have no body by their meaning, and no length either.
        if status != 204 && status != 304 { head.fields.add("content-length", String(body.count)) }
        exchange.respond(head)
        if exchange.head.method != "HEAD" { exchange.write(body) }
        exchange.finish()
    }
}
