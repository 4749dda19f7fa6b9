internal import DaybookBytes
package import DaybookHTTP

/// One message to a server by gRPC, and its one answer. Only used on the loop of its connection.
package final class GRPCRequest: HTTPCallHandler {
    package typealias Done = (Result<[UInt8], Failure>) -> Void

    /// Why there is no answer.
    package enum Failure: Error, Hashable, Sendable {
        /// The server says so.
        case status(GRPCStatus)
        /// The server, or what is in its place, says something else than an answer, in words.
        case foreign(String)
        /// The server says nothing, or no more, in words.
        case lost(String)
    }

    private var done: Done?
    private var call: HTTPCall?
    private var deframer: GRPCDeframer
    private var message: [UInt8]?
    private var status: GRPCStatus?
    /// The status of HTTP, where it says that what is answered is a page, and not what was called.
    private var page: Int?

    /// Sends it; `done` is called once.
    package static func send(
        _ message: [UInt8], to path: String, by client: HTTPClient, scheme: String,
        authority: String, limits: GRPCLimits = GRPCLimits(), _ done: @escaping Done
    ) {
        let request = GRPCRequest(limits, done)
        let head = RequestHead(
            method: "POST", scheme: scheme, authority: authority, target: path,
            fields: ["content-type": "application/grpc", "te": "trailers"])
        let call = client.call(head, request)
        request.call = call
        let length = (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) }
        call.write([0] + length + message)
        call.finish()
    }

    private init(_ limits: GRPCLimits, _ done: @escaping Done) {
        self.done = done
        deframer = GRPCDeframer(messageBytesMax: limits.messageBytesMax)
    }

    package func responded(_ head: ResponseHead) {
        // An answer may be its status alone.
        status = GRPCStatus(fields: head.fields)
        page = head.status == 200 ? nil : head.status
        deframer.encoding = head.fields["grpc-encoding"]
    }

    package func received(_ bytes: borrowing RawSpan) {
        if page != nil {
            call?.consumed(bytes.byteCount)
            return
        }
        var offset = 0
        do throws(GRPCStatus) {
            while let found = try deframer.next(in: bytes, from: &offset) {
                switch found {
                case .inPiece(let range): message = bytes.extracting(range).copied()
                case .held(let whole): message = Array(whole.dropFirst(GRPCDeframer.headBytes))
                }
            }
        } catch {
            call?.cancel()
            return end(.failure(.status(error)))
        }
        call?.consumed(bytes.byteCount)
    }

    package func ended(_ trailers: HTTPFields) {
        guard let status = GRPCStatus(fields: trailers) ?? self.status else {
            let words = page.map { "it answered with the status \($0) of HTTP" }
            return end(.failure(.foreign(words ?? "its answer says nothing of its end")))
        }
        if status.code != .ok { return end(.failure(.status(status))) }
        guard let message else { return end(.failure(.foreign("its answer has no message"))) }
        end(.success(message))
    }

    package func writable() {}
    package func failed(_ reason: String) { end(.failure(.lost(reason))) }

    private func end(_ result: Result<[UInt8], Failure>) {
        let done = done
        self.done = nil
        call = nil
        done?(result)
    }
}

extension GRPCStatus {
    /// How a call ended, as the fields say; nil where they do not.
    init?(fields: HTTPFields) {
        guard let text = fields["grpc-status"] else { return nil }
        let code = Int(text).flatMap { Code(rawValue: $0) } ?? .unknown
        self.init(code, fields["grpc-message"].map { Self.unescaped($0) } ?? "")
    }

    /// What `escaped` made of a text; a `%` that no two digits follow stands for itself.
    private static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
                let byte = UInt8(
                    String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
            {
                plain.append(byte)
                at += 3
            } else {
                plain.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
