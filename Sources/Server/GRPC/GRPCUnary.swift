package import DaybookProtobuf

/// A method that takes one message, and begins when it is sure that there is no second one.
///
/// The answer may be one message, or many by a ``GRPCAnswer``.
final class GRPCUnary<Request: ProtobufDecodable>: GRPCMethod {
    private let call: GRPCCall
    private let handle: GRPCRouter.Handler<Request>
    private var request: Request?
    private var answer: (any GRPCAnswer)?

    init(_ call: GRPCCall, _ handle: @escaping GRPCRouter.Handler<Request>) {
        self.call = call
        self.handle = handle
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        if request != nil { throw Self.oneMessage }
        request = try Request.received(bytes)
    }

    func end() throws(GRPCStatus) {
        guard let request else { throw Self.oneMessage }
        answer = try handle(request, call)
    }

    func writable() { answer?.writable() }
    func cancelled() { answer?.cancelled() }

    private static var oneMessage: GRPCStatus {
        GRPCStatus(.unimplemented, "this method takes exactly one message")
    }
}

extension ProtobufDecodable {
    /// Reads a message of a request; what is none is the client's mistake.
    package static func received(_ bytes: borrowing RawSpan) throws(GRPCStatus) -> Self {
        do {
            return try decoded(from: bytes)
        } catch {
            throw GRPCStatus(.invalidArgument, error.description)
        }
    }
}
