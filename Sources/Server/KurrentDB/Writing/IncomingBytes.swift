internal import Synchronization

/// The bytes of events that have come in and wait for the rest of their append, of all clients together: each may have
/// many appends open and finish none.
final class IncomingBytes: Sendable {
    private let count = Atomic<Int>(0)
    let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Whether there was room; the bytes are counted even where there was none.
    fileprivate func add(_ bytes: Int) -> Bool {
        count.add(bytes, ordering: .relaxed).newValue <= bytesMax
    }

    fileprivate func leave(_ bytes: Int) { count.subtract(bytes, ordering: .relaxed) }
}

/// What one append holds of them; given back when nobody has it any more.
final class IncomingShare {
    private let incoming: IncomingBytes
    private var count = 0

    init(of incoming: IncomingBytes) { self.incoming = incoming }
    deinit { incoming.leave(count) }

    func add(_ bytes: Int) throws(WriteRefusal) {
        count += bytes
        if !incoming.add(bytes) { throw .noRoom(bytesMax: incoming.bytesMax) }
    }
}
