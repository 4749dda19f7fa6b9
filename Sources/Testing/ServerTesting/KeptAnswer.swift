internal import DaybookBytes
package import DaybookGRPC
package import DaybookHTTP

/// Takes the place of a connection: keeps what is answered.
package final class KeptAnswer: ExchangeCarrier {
    package private(set) var head: ResponseHead?
    package private(set) var body: [UInt8] = []
    /// How many times something was written.
    package private(set) var writes = 0
    /// Nil as long as the answer goes on.
    package private(set) var trailers: HTTPFields?
    package private(set) var isAborted = false
    /// Bytes of the request that are done with.
    package private(set) var consumed = 0
    /// Whether the client takes nothing.
    package var isStuck = false
    /// Whether much waits on other connections.
    package var isCrowded = false

    package init() {}

    package var waitingBytes: Int { isStuck ? body.count : 0 }
    package func respond(_ head: ResponseHead) { self.head = head }
    package func write(_ bytes: [UInt8]) {
        body += bytes
        writes += 1
    }
    package func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    package func abort() { isAborted = true }
    package func consumed(_ count: Int) { consumed += count }

    package var text: String { String(decoding: body, as: UTF8.self) }
    package var isFinished: Bool { trailers != nil }
    package var isOver: Bool { isFinished || isAborted }
}

/// The answer to a call by gRPC.
extension KeptAnswer {
    /// The messages so far.
    package var messages: [[UInt8]] {
        var rest = body[...]
        return Self.takeMessages(from: &rest)
    }

    /// The messages since the last time; what was taken is kept no longer.
    package func takeMessages() -> [[UInt8]] {
        var rest = body[...]
        defer { body = Array(rest) }
        return Self.takeMessages(from: &rest)
    }

    private static func takeMessages(from rest: inout ArraySlice<UInt8>) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while rest.count >= 5 {
            let count = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            if rest.count < 5 + count { break }
            messages.append(Array(rest.dropFirst(5).prefix(count)))
            rest = rest.dropFirst(5 + count)
        }
        return messages
    }

    /// The fields that say how the call ended, from the trailers or from the only head; nil where it goes on.
    package var status: HTTPFields? {
        guard let trailers else { return nil }
        return trailers.isEmpty ? head?.fields : trailers
    }

    package var code: GRPCStatus.Code? {
        status?["grpc-status"].flatMap { Int($0) }.flatMap(GRPCStatus.Code.init)
    }
}
