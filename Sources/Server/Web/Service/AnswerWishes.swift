internal import DaybookHTTP

/// What the head of a request says of its answer, whatever is asked for.
struct AnswerWishes {
    /// Whether the client takes what is packed by gzip.
    let takesGzip: Bool
    /// Whether nothing is changed by it, so that it may be refused when all is done.
    let isRead: Bool

    init(_ exchange: Exchange) {
        takesGzip = Encoding.takesGzip(exchange.fields)
        isRead = exchange.method == "GET"
    }
}
