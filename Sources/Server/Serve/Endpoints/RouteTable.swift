package import DaybookHTTP
package import DaybookPlatform
package import DaybookWeb

/// Answers small requests by their path: pages that say how the server does.
///
/// Bodies of requests are not looked at.
package final class RouteTable: HTTPService {
    package struct Route: Sendable {
        let path: String
        /// Whether making the answer may block, and is done on a thread that may.
        let mayBlock: Bool
        let answer: @Sendable (RequestHead) -> Reply

        /// A page that is there at once.
        package static func page(
            _ path: String, _ answer: @escaping @Sendable (RequestHead) -> Reply
        ) -> Route {
            Route(path: path, mayBlock: false, answer: answer)
        }

        /// A page that takes a look at the system first.
        package static func slowPage(
            _ path: String, _ answer: @escaping @Sendable (RequestHead) -> Reply
        ) -> Route {
            Route(path: path, mayBlock: true, answer: answer)
        }
    }

    /// Slow pages that wait to be made; whoever asks for more is told to come back.
    static let waitingMax = 64
    /// What pages are asked for by.
    private static let methods = ["GET", "HEAD", "OPTIONS"]

    private let routes: [String: Route]
    private let threads: IOThreads

    /// - Parameter threads: for slow pages.
    package init(_ routes: [Route], threads: IOThreads) {
        self.routes = Dictionary(uniqueKeysWithValues: routes.map { ($0.path, $0) })
        self.threads = threads
    }

    package func begin(_ exchange: Exchange) {
        let head = exchange.head
        guard let route = routes[String(head.path)], Self.methods.contains(head.method),
            head.method != "OPTIONS"
        else { return refusal(of: head).send(to: exchange) }
        guard route.mayBlock else { return route.answer(head).send(to: exchange) }
        if threads.waitingCount >= Self.waitingMax { return Self.busy(head).send(to: exchange) }
        let bound = LoopBound(exchange, on: exchange.loop)
        threads.submit {
            let reply = route.answer(head)
            bound.post { reply.send(to: $0) }
        }
    }

    /// The answer where there is no page to send.
    private func refusal(of head: RequestHead) -> Reply {
        guard routes[String(head.path)] != nil else {
            return .problem(
                404, "Not found", detail: "There is nothing at this path; / says what there is.",
                path: head.path)
        }
        let allow = Self.methods.joined(separator: ", ")
        var reply =
            head.method == "OPTIONS"
            ? Reply(status: 204)
            : .problem(
                405, "Method not allowed", detail: "This page is asked for by \(allow).",
                path: head.path)
        reply.fields.add("allow", allow)
        return reply
    }

    private static func busy(_ head: RequestHead) -> Reply {
        var reply = Reply.problem(
            503, "Busy", detail: "Too many ask for this page at a time.", path: head.path)
        reply.fields.add("retry-after", "1")
        return reply
    }
}
