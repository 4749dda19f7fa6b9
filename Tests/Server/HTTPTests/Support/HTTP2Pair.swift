import DaybookBytes
import DaybookServerTesting

@testable import DaybookHTTP

/// A client's session and a server's, with the wire between them in memory.
final class HTTP2Pair {
    let client: HTTP2ClientSession
    let server: ServerConversation
    let serverOutlet = MemoryOutlet()
    /// What waits at the server.
    let waiting = WaitingBytes()
    var now: Int64 = 0
    /// What crossed the wire.
    private(set) var toServer = 0
    private(set) var toClient = 0

    init(
        _ service: any HTTPService, limits: HTTPLimits = HTTPLimits(),
        clientLimits: HTTPLimits = HTTPLimits()
    ) {
        client = HTTP2ClientSession(
            limits: clientLimits, times: HTTPTimes(), outlet: MemoryOutlet(), at: 0)
        server = ServerConversation(
            service, loop: HandLoop(), limits: limits, times: HTTPTimes(), waiting: waiting,
            outlet: serverOutlet, at: 0)
    }

    /// What is still open is told so, as by a socket that closes.
    deinit {
        client.fail()
        server.fail()
    }

    /// Carries what both have to say until neither has more; `cut` says how large the next piece is.
    func run(cut: (Int) -> Int = { $0 }) {
        while true {
            let up = client.output()
            let down = server.output()
            if up.isEmpty && down.isEmpty { return }
            toServer += up.count
            toClient += down.count
            carry(up, cut) { server.receive($0, at: now) }
            carry(down, cut) { client.receive($0, at: now) }
        }
    }

    private func carry(_ bytes: [UInt8], _ cut: (Int) -> Int, _ give: ([UInt8]) -> Void) {
        var at = 0
        while at < bytes.count {
            let count = min(max(cut(bytes.count - at), 1), bytes.count - at)
            give(Array(bytes[at..<at + count]))
            at += count
        }
    }
}
