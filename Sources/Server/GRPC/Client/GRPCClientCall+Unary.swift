internal import DaybookBytes
package import DaybookHTTP

extension GRPCClientCall {
    /// A call with one message and one answer, both encoded; `done` is called once.
    package static func unary(
        _ path: String, _ message: [UInt8], deadlineMilliseconds: Int?, messageBytesMax: Int,
        on loop: Loop, _ done: @escaping (Result<[UInt8], GRPCFailure>) -> Void
    ) -> GRPCClientCall {
        let call = GRPCClientCall(
            path, deadlineMilliseconds: deadlineMilliseconds, messageBytesMax: messageBytesMax,
            on: loop, OneAnswer(done))
        call.send(encoded: message)
        call.finish()
        return call
    }
}

/// Takes the one message of an answer.
private final class OneAnswer: GRPCClientHandler {
    private let done: (Result<[UInt8], GRPCFailure>) -> Void
    private var message: [UInt8]?

    init(_ done: @escaping (Result<[UInt8], GRPCFailure>) -> Void) { self.done = done }

    func message(_ bytes: borrowing RawSpan) throws(GRPCFailure) {
        if message != nil { throw .foreign("its answer has more than one message") }
        message = bytes.copied()
    }

    func ended(_ failure: GRPCFailure?) {
        if let failure { return done(.failure(failure)) }
        done(message.map { .success($0) } ?? .failure(.foreign("its answer has no message")))
    }
}
