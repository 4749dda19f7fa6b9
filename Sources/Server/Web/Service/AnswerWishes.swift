internal import DaybookHTTP

/// What the head of a request says of its answer, whatever is asked for.
struct AnswerWishes {
    /// Whether the client takes what is packed by gzip.
    let takesGzip: Bool
    /// Whether nothing is changed by it, so that it may be refused when all is done.
    let isRead: Bool
    /// Entity tags of what the client has, of a request that only reads.
    private let known: [Substring]

    init(_ method: String, _ fields: HTTPFields) {
        takesGzip = Encoding.takesGzip(fields)
        isRead = method == "GET"
        let known = isRead || method == "HEAD" ? fields["if-none-match"] : nil
        self.known = (known ?? "").split(separator: ",").map { Self.opaque($0) }
    }

    /// Whether the client has what has this tag.
    func have(_ tag: String) -> Bool {
        known.contains { $0 == "*" || $0 == Self.opaque(tag[...]) }
    }

    /// A tag without what says that it is weak: for reading, all are compared so.
    private static func opaque(_ tag: Substring) -> Substring {
        var tag = tag
        while tag.first == " " || tag.first == "\t" { tag.removeFirst() }
        while tag.last == " " || tag.last == "\t" { tag.removeLast() }
        return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}
