package import DaybookHTTP
package import DaybookProtobuf

/// Gives the calls of gRPC to their methods.
package struct GRPCRouter: HTTPService {
    /// Makes the method of one call, on the loop of the call.
    package typealias Maker = @Sendable (GRPCCall) throws(GRPCStatus) -> any GRPCMethod
    /// Takes the one message of a call and answers, now or by what it returns or later by itself.
    package typealias Handler<Request> =
        @Sendable (Request, GRPCCall) throws(GRPCStatus) -> (any GRPCAnswer)?

    private struct Method {
        let maker: Maker
        /// Among `paths`.
        let place: Int
    }

    private var methods: [String: Method] = [:]
    /// The paths of its methods, in the order in which they were added.
    package private(set) var paths: [String] = []
    /// Why there is no such method, by its path or by that of its service.
    private var refusals: [String: String] = [:]
    private let limits: GRPCLimits
    private let held: ClientBytes

    package init(limits: GRPCLimits = GRPCLimits()) {
        self.limits = limits
        held = ClientBytes(
            .messages, bytesMax: limits.heldBytesMax,
            requestBytesMax: GRPCDeframer.headBytes + limits.messageBytesMax)
    }

    /// Adds a method of any shape.
    ///
    /// - Parameter path: `/package.Service/Method`.
    package mutating func add(_ path: String, _ maker: @escaping Maker) {
        precondition(methods[path] == nil, "\(path) has two methods")
        methods[path] = Method(maker: maker, place: paths.count)
        paths.append(path)
    }

    /// Adds a method that takes one message.
    package mutating func unary<Request: ProtobufDecodable>(
        _ path: String, _ handle: @escaping Handler<Request>
    ) {
        let begin: GRPCUnary.Begin = { bytes, call throws(GRPCStatus) in
            try handle(Request.received(bytes), call)
        }
        add(path) { GRPCUnary($0, begin) }
    }

    /// Adds a method that takes one message, and reads it itself.
    package mutating func unary(
        _ path: String,
        reading begin:
            @escaping @Sendable (RawSpan, GRPCCall) throws(GRPCStatus) -> (
                any GRPCAnswer
            )?
    ) {
        add(path) { GRPCUnary($0, begin) }
    }

    /// Says why there is no such method, where that is worth telling.
    ///
    /// - Parameter path: `/package.Service/Method`, or `/package.Service` for all of its methods that there are not.
    package mutating func refuse(_ path: String, because words: String) {
        refusals[path] = words
    }

    private func refusal(of path: String) -> GRPCStatus {
        let service = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        let words = refusals[path] ?? refusals[service] ?? "there is no method \(path)"
        return GRPCStatus(.unimplemented, words)
    }

    package func begin(_ exchange: Exchange) {
        let path = exchange.target
        let method = methods[path]
        if let method { exchange.kind = .call(method.place) }
        switch exchange.fields.grpcFormat {
        case .protobuf:
            let call = GRPCCall(exchange, limits: limits, held: held)
            if let method { return call.begin(method.maker) }
            call.begin { _ throws(GRPCStatus) in throw refusal(of: path) }
        // Messages in another format, or no messages of gRPC at all.
        case .other, nil:
            exchange.respond(
                ResponseHead(status: 415, fields: ["accept-post": "application/grpc"]))
            exchange.finish()
        }
    }
}
