internal import DaybookGRPC
internal import DaybookHTTP

/// The bytes of events that have come in by a connection and wait for the rest of their append, among those of all
/// clients: each may have many appends open and finish none.
struct IncomingBytes {
    let all: ClientBytes
    let connection: ConnectionBytes
}

/// What one append holds of them; given back when nobody has it any more.
final class IncomingShare {
    private let incoming: IncomingBytes
    private var count = 0

    init(of incoming: IncomingBytes) { self.incoming = incoming }
    deinit { _ = incoming.all.add(-count, by: incoming.connection) }

    func add(_ bytes: Int) throws(WriteRefusal) {
        count += bytes
        if let excess = incoming.all.add(bytes, by: incoming.connection) { throw .noRoom(excess) }
    }
}
