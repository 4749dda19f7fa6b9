/// What a request begins with, whichever version of HTTP it came by.
package struct RequestHead: Hashable, Sendable {
    package var method: String
    /// `http` or `https`: how it reached this process.
    package var scheme: String
    /// Host and port as the client named them; empty where it named none.
    package var authority: String
    /// The path with its query, as sent.
    package var target: String
    package var fields: HTTPFields

    package init(
        method: String, scheme: String = "http", authority: String = "", target: String,
        fields: HTTPFields = [:]
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.target = target
        self.fields = fields
    }

    /// The target without its query.
    package var path: Substring {
        target[..<(target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex)]
    }
}

/// What a response begins with.
package struct ResponseHead: Hashable, Sendable {
    package var status: Int
    package var fields: HTTPFields

    package init(status: Int, fields: HTTPFields = [:]) {
        self.status = status
        self.fields = fields
    }
}
