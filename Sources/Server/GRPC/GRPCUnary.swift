internal import DaybookBytes
package import DaybookProtobuf

/// A method that takes one message, and begins when it is sure that there is no second one.
///
/// The answer may be one message, or many by a ``GRPCAnswer``.
final class GRPCUnary: GRPCMethod {
    typealias Begin = @Sendable (RawSpan, GRPCCall) throws(GRPCStatus) -> (any GRPCAnswer)?

    private let call: GRPCCall
    private let begin: Begin
    private var message: [UInt8]?
    private var answer: (any GRPCAnswer)?
    private var isDraining = false

    init(_ call: GRPCCall, _ begin: @escaping Begin) {
        self.call = call
        self.begin = begin
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        if message != nil { throw Self.oneMessage }
        message = bytes.copied()
        call.keeps(byteCount: bytes.byteCount)
    }

    func end() throws(GRPCStatus) {
        guard let message = message.take() else { throw Self.oneMessage }
        answer = try begin(message.rawSpan, call)
        call.keeps(byteCount: answer?.keptBytes ?? 0)
        if isDraining { answer?.drain() }
    }

    func writable() { answer?.writable() }
    func cancelled() { answer?.cancelled() }
    func drain() {
        isDraining = true
        answer?.drain()
    }

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
