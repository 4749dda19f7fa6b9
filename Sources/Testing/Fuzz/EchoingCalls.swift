internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
internal import DaybookProtobuf
internal import DaybookProtocol

/// The methods of the server, each of which answers a message with as many bytes as it has, and refuses what is none
/// of its messages. All other requests are pages of one word.
enum EchoingCalls {
    static let service: any HTTPService = {
        let limits = GRPCLimits(messageBytesMax: 1 << 16, heldBytesMax: 1 << 16)
        var router = GRPCRouter(limits: limits)
        for decoder in RequestDecoders.all + V1.requestDecoders {
            router.add(decoder.path) { Echo($0, decoder.accepts) }
        }
        return CallsAndPages(calls: router)
    }()

    private struct CallsAndPages: HTTPService {
        let calls: GRPCRouter

        func begin(_ exchange: Exchange) {
            let type = exchange.head.fields["content-type"] ?? ""
            if type.hasPrefix("application/grpc") {
                calls.begin(exchange)
            } else {
                OneWord().begin(exchange)
            }
        }
    }

    private final class Echo: GRPCMethod {
        private let call: GRPCCall
        private let accepts: @Sendable (RawSpan) -> Bool

        init(_ call: GRPCCall, _ accepts: @escaping @Sendable (RawSpan) -> Bool) {
            self.call = call
            self.accepts = accepts
        }

        func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
            let copy = bytes.copied()
            guard accepts(copy.rawSpan) else { throw GRPCStatus(.invalidArgument, "no message") }
            call.send { $0.array(1, copy) }
        }

        func end() { call.finish() }
    }

    private struct OneWord: HTTPService {
        func begin(_ exchange: Exchange) {
            exchange.handler = Consuming(exchange)
        }
    }

    /// Takes all of a body, and then answers.
    private final class Consuming: ExchangeHandler {
        private let exchange: Exchange

        init(_ exchange: Exchange) { self.exchange = exchange }

        func received(_ bytes: borrowing RawSpan) { exchange.consumed(bytes.byteCount) }
        func ended() {
            exchange.respond(ResponseHead(status: 200))
            exchange.write(Array("word".utf8))
            exchange.finish(trailers: ["t": "u"])
        }
        func writable() {}
        func failed() {}
    }
}
