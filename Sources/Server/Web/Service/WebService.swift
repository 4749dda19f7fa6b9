internal import Daybook
internal import DaybookDesk
package import DaybookHTTP
internal import DaybookJSON

/// The HTTP API: JSON and what is made of it, at paths below `/v1`.
package final class WebService: HTTPService {
    private let surface: Surface
    private let desk: WebDesk
    private let origins: CrossOrigin
    private let names: ServedNames

    /// - Parameters:
    ///   - version: of Daybook.
    ///   - origins: of other pages than the server's own that may use it.
    ///   - names: of the server, beside addresses in numbers and `localhost`.
    package init(
        _ desk: WebDesk, version: String, origins: CrossOrigin = .none,
        names: ServedNames = ServedNames()
    ) {
        self.desk = desk
        self.origins = origins
        self.names = names
        surface = Operations.surface(version: version)
    }

    /// Whether a request is the API's, and none of the pages'.
    package static func owns(_ target: String) -> Bool {
        target.utf8.starts(with: "/v1/".utf8) || target.utf8.starts(with: "/openapi.json".utf8)
            || target == "/v1"
    }

    /// What is answered as long as there is no store.
    package static var notReady: Reply {
        Problem.busy("the store is still being opened").reply
    }

    package func begin(_ exchange: Exchange) {
        guard names.have(exchange.head) else {
            return Problem.misdirected(exchange.head.authority).reply.send(to: exchange)
        }
        exchange.answerFields = origins.fields(for: exchange.fields)
        do { try route(exchange) } catch { Problem(error).reply.send(to: exchange) }
    }

    private func route(_ exchange: Exchange) throws(Problem) {
        let target = try RequestTarget(exchange.target)
        if exchange.method == "OPTIONS" {
            var reply = try surface.options(target, exchange.head.path)
            let asked = origins.preflight(exchange.fields, allow: reply.fields["allow"] ?? "")
            for field in asked.all { reply.fields.add(field.name, field.value) }
            return reply.send(to: exchange)
        }
        let operation = try surface.find(exchange.method, target, exchange.head.path)
        if operation.isChosenByAccept { exchange.answerFields.add("vary", "accept") }
        let path = try operation.values(in: target.segments)
        let query = try QueryValues(target.query, of: operation.parameters)
        guard let body = operation.body else {
            exchange.handler = BodyIgnorer(exchange)
            return withJournal(query["journal"], exchange) { [desk] journal in
                let request = WebRequest(exchange, desk, journal, path: path, query: query)
                request.attempt { try operation.handle(request) }
                exchange.dropFields()
            }
        }
        let type = try Self.contentType(of: exchange.fields, body)
        try Encoding.check(exchange.fields)
        exchange.handler = BodyReader(exchange, desk) { bytes, held in
            self.withJournal(query["journal"], exchange) { [desk = self.desk] journal in
                let request = WebRequest(
                    exchange, desk, journal, path: path, query: query, body: bytes,
                    contentType: type, held: held)
                request.attempt {
                    try request.unpackBody()
                    try operation.handle(request)
                }
                exchange.dropFields()
            }
        }
    }

    /// Goes on with the journal of a name, which is opened where it is not open.
    private func withJournal(
        _ name: String?, _ exchange: Exchange, _ body: @escaping (StoreDesk) -> Void
    ) {
        if let open = desk.journals[name ?? ""] { return body(open) }
        let bound = LoopBound((exchange, body), on: exchange.loop)
        desk.journals.open(name ?? "") { found in
            bound.post { exchange, body in
                if exchange.isOver { return }
                do throws(StoreError) { body(try found.get()) } catch {
                    Problem(error).reply.send(to: exchange)
                }
            }
        }
    }

    /// The media type of a body, one of those that the operation takes. It has to be named: a browser sends what has
    /// none for any page, without asking.
    private static func contentType(
        of fields: HTTPFields, _ body: Operation.Body
    ) throws(Problem) -> String {
        // The body is the data of an event, of any kind.
        if body.takes(CloudEvent.structured), CloudEvent.isBinary(fields) { return "" }
        guard let field = fields["content-type"] else {
            throw .wrongContentType(nil, of: body.kinds.map(\.type))
        }
        if body.takes(field) { return field }
        let type = MediaType.essence(of: field)
        guard body.takes(type) else {
            throw .wrongContentType(field, of: body.kinds.map(\.type))
        }
        return type
    }
}

extension Surface {
    /// What a path can be asked by.
    func options(_ target: RequestTarget, _ path: Substring) throws(Problem) -> Reply {
        do throws(Problem) { _ = try find("OPTIONS", target, path) } catch {
            guard error.status == 405 else { throw error }
            var reply = Reply(status: 204)
            reply.fields = error.fields
            return reply
        }
        return Reply(status: 204)
    }
}
