internal import DaybookHTTP

/// Which pages of other origins a browser lets use the API (CORS).
package struct CrossOrigin: Sendable {
    private let origins: [String]
    /// What a browser may keep of an answer to its question before a request.
    private static let maxAgeSeconds = 600

    /// - Parameter origins: as browsers spell them, with commas between them; `*` is any.
    package init(_ origins: String) {
        self.origins = origins.split(separator: ",").map { $0.filter { $0 != " " } }
    }

    /// No page of another origin.
    package static let none = CrossOrigin("")

    /// Whether an origin is written as browsers send it.
    package static func isValid(_ origins: String) -> Bool {
        let all = CrossOrigin(origins).origins
        return !all.isEmpty
            && all.allSatisfy { origin in
                if origin == "*" { return true }
                guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else {
                    return false
                }
                let host = origin.dropFirst(scheme.count)
                return !host.isEmpty && !host.contains("/") && origin == origin.lowercased()
            }
    }

    /// What every answer to a request has: nothing where its origin is none of those.
    func fields(for request: HTTPFields) -> HTTPFields {
        guard !origins.isEmpty, let origin = request["origin"] else { return [:] }
        let isAny = origins.contains("*")
        guard isAny || origins.contains(origin) else { return ["vary": "origin"] }
        var fields: HTTPFields = [
            "access-control-allow-origin": isAny ? "*" : origin,
            "access-control-expose-headers": "etag, link, retry-after, allow",
        ]
        if !isAny { fields.add("vary", "origin") }
        return fields
    }

    /// The answer to a browser's question before a request, beside that.
    func preflight(_ request: HTTPFields, allow: String) -> HTTPFields {
        guard request["access-control-request-method"] != nil, !fields(for: request).isEmpty else {
            return [:]
        }
        var fields: HTTPFields = [
            "access-control-allow-methods": allow,
            "access-control-max-age": String(Self.maxAgeSeconds),
        ]
        if let asked = request["access-control-request-headers"], Self.isList(asked) {
            fields.add("access-control-allow-headers", asked)
        }
        return fields
    }

    /// Whether it is names of fields with commas between them, and nothing else.
    private static func isList(_ text: String) -> Bool {
        text.utf8.count <= 1024
            && text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ")
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}
