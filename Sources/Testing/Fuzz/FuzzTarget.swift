internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
internal import DaybookProtobuf
internal import DaybookProtocol
internal import DaybookServerTesting
internal import DaybookWeb

/// What a fuzzer can give any bytes to: each ends well, whatever they are, and keeps what it promises.
enum FuzzTarget: String, CaseIterable {
    /// Requests of HTTP/1.1. The first byte says where they are cut in two, which must not matter.
    case http1
    /// A connection, by HTTP/1.1 or HTTP/2, with calls by gRPC on it. The first byte says where it is cut in two.
    case connection
    /// Payloads of events, as JSON and as CBOR: what is decoded, is encoded and decoded again, is the same.
    case payloads
    /// Fields of a Protobuf message: what was read and is written again reads the same.
    case protobuf
    /// A message of a call by gRPC, whatever its method.
    case requests
    /// Addresses, fields and bodies of the HTTP API.
    case web

    func run(_ bytes: RawSpan) {
        switch self {
        case .http1:
            guard bytes.byteCount > 0 else { return }
            let text = bytes.extracting(1...)
            let cut = Int(bytes.u8(at: 0)) * text.byteCount / 256
            precondition(
                wholeHTTP1Requests(in: text, cutAt: cut) == wholeHTTP1Requests(in: text),
                "requests cut in two are other requests")
        case .connection:
            guard bytes.byteCount > 0 else { return }
            let sent = bytes.extracting(1...)
            let cut = Int(bytes.u8(at: 0)) * sent.byteCount / 256
            let loop = HandLoop()
            _ = answered(to: sent, cutAt: cut, by: EchoingCalls.service, on: loop) { loop.turn() }
        case .payloads: Payloads.check(bytes)
        case .protobuf: MessageFields.check(bytes)
        case .requests:
            for decoder in RequestDecoders.all + V1.requestDecoders { _ = decoder.accepts(bytes) }
        case .web: WebDecoders.tryAll(bytes)
        }
    }
}
