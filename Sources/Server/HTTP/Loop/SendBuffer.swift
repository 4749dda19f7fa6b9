internal import DaybookBytes

/// What a connection sends in one turn of its loop; one for all connections of a loop, filled and sent one after the
/// other.
final class SendBuffer {
    var bytes: ByteWriter = ByteWriter(capacity: 64 * 1024)

    /// Where HTTP/2 puts the fields of a head together.
    var block: FieldBlock = FieldBlock()
    /// Where a conversation under TLS writes what is then sealed into this one.
    private(set) lazy var plain: SendBuffer = SendBuffer()

    /// When a connection stops filling it and lets the others have their turn. What a peer does not take is copied
    /// and kept for it, so this bounds the memory of a connection whose peer is slow as well.
    static let bytesMax = 256 * 1024

    var isFull: Bool { bytes.count >= Self.bytesMax }
}

/// Stands between a conversation and its connection: is told that there is something to send.
protocol Outlet: AnyObject {
    func hasOutput()
    /// Whether what the peer sends is to be read, or left to the system, which makes the peer wait.
    func wantsInput(_ wants: Bool)
}
