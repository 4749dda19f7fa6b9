internal import DaybookBytes
package import DaybookHTTP

/// A call by gRPC from the client's side, without a socket.
package struct HandCall {
    package let answer = KeptAnswer()
    package let loop: HandLoop
    package let exchange: Exchange

    package init(
        to path: String, _ service: some HTTPService, on loop: HandLoop = HandLoop(),
        method: String = "POST", fields: HTTPFields = Self.fields,
        by connection: ConnectionBytes = ConnectionBytes()
    ) {
        self.loop = loop
        exchange = Exchange(
            RequestHead(method: method, target: path, fields: fields), loop: loop,
            connection: connection, carrier: answer)
        service.begin(exchange)
    }

    /// What every call is made with.
    package static let fields: HTTPFields = ["content-type": "application/grpc", "te": "trailers"]

    /// The same and more.
    package static func fields(_ more: (String, String)...) -> HTTPFields {
        var fields = Self.fields
        for (name, value) in more { fields.add(name, value) }
        return fields
    }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) { exchange.handler?.received(bytes.rawSpan) }

    package func send(message: [UInt8], flag: UInt8 = 0) { send(framed(message, flag: flag)) }

    /// Says that the request is whole.
    package func end() { exchange.handler?.ended() }

    /// Sends a whole request.
    package func send(all messages: [[UInt8]]) {
        for message in messages { send(message: message) }
        end()
    }

    /// Waits for the end of the answer, which may come from other threads.
    package func finish() async { await loop.turn { answer.isOver } }

    package var messages: [[UInt8]] { answer.messages }
    package var status: HTTPFields? { answer.status }
}

/// A message as gRPC sends it.
package func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
    [flag] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
}
