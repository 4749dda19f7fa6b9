import DaybookBytes

@testable import DaybookHTTP

/// Stands in for a socket: notes what a conversation asks of it.
final class MemoryOutlet: Outlet {
    var isReading = true
    var outputs = 0
    func hasOutput() { outputs += 1 }
    func wantsInput(_ wants: Bool) { isReading = wants }
    /// Of what there was too much.
    var floods: [String] = []
    func isFlooded(_ what: String) { floods.append(what) }
}

extension Conversation {
    /// What it has to send, all of it or one turn's worth.
    func output(turns: Int = .max) -> [UInt8] {
        var sent: [UInt8] = []
        let buffer = SendBuffer()
        var left = turns
        while left > 0 {
            left -= 1
            buffer.bytes.removeAll()
            let hasMore = produce(into: buffer)
            sent += buffer.bytes.bytes.copied()
            if !hasMore { break }
        }
        return sent
    }

    func receive(_ bytes: [UInt8], at now: Int64 = 0) {
        if !bytes.isEmpty { received(bytes.rawSpan, at: now) }
    }
}

/// Ends connections with the test that made them, as a socket that closes does.
final class Connections {
    private var all: [any Conversation] = []

    func add<Kind: Conversation>(_ connection: Kind) -> Kind {
        all.append(connection)
        return connection
    }

    deinit {
        for connection in all { connection.fail() }
    }
}
