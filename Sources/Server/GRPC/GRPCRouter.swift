package import DaybookHTTP
package import DaybookProtobuf

/// Gives the calls of gRPC to their methods, and all other requests to another service.
package struct GRPCRouter: HTTPService {
    /// Makes the method of one call, on the loop of the call.
    package typealias Maker = @Sendable (GRPCCall) throws(GRPCStatus) -> any GRPCMethod
    /// Takes the one message of a call and answers, now or by what it returns or later by itself.
    package typealias Handler<Request> =
        @Sendable (Request, GRPCCall) throws(GRPCStatus) -> (any GRPCAnswer)?

    private var makers: [String: Maker] = [:]
    private let limits: GRPCLimits
    private let held: HeldBytes
    private let fallback: any HTTPService

    /// - Parameter fallback: What takes the requests that are not gRPC.
    package init(limits: GRPCLimits = GRPCLimits(), fallback: any HTTPService) {
        self.limits = limits
        self.fallback = fallback
        held = HeldBytes(most: limits.heldBytesMax)
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

    package func begin(_ exchange: Exchange) {
        switch exchange.head.fields["content-type"] {
        case "application/grpc", "application/grpc+proto":
            GRPCCall(exchange, limits: limits, held: held).begin(makers[exchange.head.target])
        case let type? where Self.isOtherGRPC(type):
            exchange.respond(
                ResponseHead(status: 415, fields: ["accept-post": "application/grpc"]))
            exchange.finish()
        default: fallback.begin(exchange)
        }
    }

    /// Whether it is gRPC with messages in another format.
    private static func isOtherGRPC(_ type: String) -> Bool {
        type.hasPrefix("application/grpc+") || type.hasPrefix("application/grpc;")
    }
}
