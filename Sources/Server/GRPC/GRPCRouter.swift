package import DaybookHTTP
package import DaybookProtobuf

/// Gives the calls of gRPC to their methods.
package struct GRPCRouter: HTTPService {
    /// Makes the method of one call, on the loop of the call.
    package typealias Maker = @Sendable (GRPCCall) throws(GRPCStatus) -> any GRPCMethod
    /// Takes the one message of a call and answers, now or by what it returns or later by itself.
    package typealias Handler<Request> =
        @Sendable (Request, GRPCCall) throws(GRPCStatus) -> (any GRPCAnswer)?

    private var makers: [String: Maker] = [:]
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

    /// The paths of its methods.
    package var paths: [String] { makers.keys.sorted() }

    /// Adds a method of any shape.
    ///
    /// - Parameter path: `/package.Service/Method`.
    package mutating func add(_ path: String, _ maker: @escaping Maker) {
        precondition(makers[path] == nil, "\(path) has two methods")
        makers[path] = maker
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

    /// Says why there is no such method, where that is worth telling.
    ///
    /// - Parameter path: `/package.Service/Method`, or `/package.Service` for all of its methods that there are not.
    package mutating func refuse(_ path: String, because words: String) {
        refusals[path] = words
    }

    private func maker(of path: String) -> Maker {
        if let maker = makers[path] { return maker }
        let service = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        let words = refusals[path] ?? refusals[service] ?? "there is no method \(path)"
        return { _ throws(GRPCStatus) in throw GRPCStatus(.unimplemented, words) }
    }

    package func begin(_ exchange: Exchange) {
        switch exchange.head.grpcFormat {
        case .protobuf:
            GRPCCall(exchange, limits: limits, held: held).begin(maker(of: exchange.head.target))
        // Messages in another format, or no messages of gRPC at all.
        case .other, nil:
            exchange.respond(
                ResponseHead(status: 415, fields: ["accept-post": "application/grpc"]))
            exchange.finish()
        }
    }
}
