internal import CUV
internal import DaybookPlatform

/// A listening socket, which hands connections to the rooms in turn. Only used on its loop.
@safe final class Acceptor {
    private let loop: Loop
    private let rooms: [LoopBound<ServerRoom>]
    /// The room on the acceptor's own loop, which is the first.
    private let own: ServerRoom
    private let counts: ConnectionCounts
    private var turn = 0
    private var isOpen = true
    // Safe: allocated in init; freed when libuv has closed it, which holds a reference to self until then.
    private let tcp: UnsafeMutablePointer<uv_tcp_t>

    /// Connections that the system may keep before they are accepted.
    private static let backlog: Int32 = 1_024

    init(
        on loop: Loop, own: ServerRoom, rooms: [LoopBound<ServerRoom>], counts: ConnectionCounts
    ) {
        self.loop = loop
        self.rooms = rooms
        self.own = own
        self.counts = counts
        unsafe tcp = .allocate(capacity: 1)
        unsafe uv_tcp_init(loop.uv, tcp)
        unsafe tcp.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Listens at an address in numbers.
    /// - Returns: The port.
    func listen(_ address: String, _ port: Int) throws(Errno) -> Int {
        try unsafe withAddress(address, port) { unsafe uv_tcp_bind(tcp, $0, 0) }
        try uvCall { unsafe uv_listen(stream, Self.backlog, acceptorConnected) }
        return try boundPort()
    }

    private func boundPort() throws(Errno) -> Int {
        var place = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        // Safe: there is room for any address. Both kinds hold the port at the same place, the high byte first.
        return try unsafe withUnsafeMutableBytes(of: &place) { place throws(Errno) in
            let generic = unsafe place.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try uvCall { unsafe uv_tcp_getsockname(tcp, generic, &length) }
            return unsafe Int(
                UInt16(bigEndian: place.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        unsafe UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
    }

    fileprivate func connected(_ status: Int32) {
        // Out of descriptors: libuv has closed the connection, and the client tries again.
        if status < 0 { return counts.failed(Errno(code: -status)) }
        let socket = Socket(on: loop)
        do throws(Errno) {
            try unsafe socket.accept(from: stream)
            guard counts.admits() else { return socket.discard() }
            let place = turn
            turn = (turn + 1) % rooms.count
            if place == 0 { return own.serve(socket) }
            let descriptor: Int32
            do throws(Errno) {
                descriptor = try socket.duplicate()
            } catch {
                counts.left()
                throw error
            }
            socket.discard()
            rooms[place].post { $0.adopt(descriptor) }
        } catch {
            socket.discard()
            counts.failed(error)
        }
    }

    /// Listens no more.
    func close() {
        if !isOpen { return }
        isOpen = false
        unsafe closeHandle(tcp, acceptorClosed)
    }

    fileprivate func free() { unsafe tcp.deallocate() }
}

// Safe, both: `data` was set to the acceptor, which outlives its handle.

private nonisolated func acceptorConnected(
    _ stream: UnsafeMutablePointer<uv_stream_t>?, _ status: Int32
) {
    let acceptor = unsafe Unmanaged<Acceptor>.fromOpaque(stream!.pointee.data)
    unsafe acceptor.takeUnretainedValue().connected(status)
}

private nonisolated func acceptorClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    unsafe Unmanaged<Acceptor>.fromOpaque(handle!.pointee.data).takeRetainedValue().free()
}
