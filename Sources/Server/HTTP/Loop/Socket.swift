internal import CUV
internal import DaybookBytes
internal import DaybookPlatform

/// What stands behind a socket: bytes in, bytes out. Told everything on the loop.
protocol SocketOwner: AnyObject {
    func received(_ bytes: borrowing RawSpan)
    /// The peer sends nothing more.
    func peerEnded()
    /// Fills in what is to be sent, until it is full. Returns whether there is more.
    func produce(into out: SendBuffer) -> Bool
    /// Whether the socket is to be closed once all that was produced is sent.
    var isOver: Bool { get }
    /// Whether nothing more will be sent; asked when all that was produced is sent.
    var isDoneSending: Bool { get }
    /// The socket is closed, by either side.
    func closed()
}

/// A TCP socket of a loop: a thin shell over libuv. Only used on its loop.
@safe final class Socket: Outlet {
    let loop: Loop
    /// Nil once the socket is closed.
    private(set) var owner: (any SocketOwner)?
    // Safe: allocated in init; freed when libuv has closed it, which holds a reference to self until then.
    private let tcp: UnsafeMutablePointer<uv_tcp_t>
    private var isDirty = false
    private var isReading = false
    private var hasPeerEnded = false
    /// Nil until this end has said that it sends nothing more.
    private var shutdown: UnsafeMutablePointer<uv_shutdown_t>?
    /// What the peer did not take at once; libuv sends it.
    private var rest: UnsafeMutableRawBufferPointer?
    private let request: UnsafeMutablePointer<uv_write_t>

    init(on loop: Loop) {
        self.loop = loop
        unsafe tcp = .allocate(capacity: 1)
        unsafe request = .allocate(capacity: 1)
        unsafe uv_tcp_init(loop.uv, tcp)
        // Safe: given back when the handle is closed.
        unsafe tcp.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Takes over a connected socket. Where that fails, the descriptor is not taken.
    func open(_ descriptor: Int32) throws(Errno) {
        try uvCall { unsafe uv_tcp_open(tcp, descriptor) }
        begin()
    }

    /// Takes over a connection that a listening socket of the same loop has for it.
    func accept(from listener: UnsafeMutablePointer<uv_stream_t>) throws(Errno) {
        try uvCall { unsafe uv_accept(listener, stream) }
        begin()
    }

    /// Connects to an address in numbers; `done` hears nil, or why there is no connection.
    func connect(
        _ address: String, _ port: Int, _ done: @escaping (Errno?) -> Void
    ) throws(Errno) {
        let request = ConnectRequest(done)
        // Safe: libuv keeps the request until it calls back, which gives the reference back.
        let data = unsafe Unmanaged.passRetained(request)
        unsafe request.memory.pointee.data = data.toOpaque()
        do throws(Errno) {
            try unsafe withAddress(address, port) {
                unsafe uv_tcp_connect(request.memory, tcp, $0, socketConnected)
            }
        } catch {
            unsafe data.release()
            throw error
        }
        begin()
    }

    /// Seconds of silence after which the system asks whether the peer is still there.
    private static let keepAliveSeconds: UInt32 = 60

    /// Answers are small and waited for; a peer whose machine has gone away is noticed.
    private func begin() {
        unsafe uv_tcp_nodelay(tcp, 1)
        unsafe uv_tcp_keepalive(tcp, 1, Self.keepAliveSeconds)
    }

    /// A second descriptor of the same connection, for another loop.
    func duplicate() throws(Errno) -> Int32 {
        let answer = unsafe daybook_duplicate_socket(tcp)
        if answer < 0 { throw Errno(code: -answer) }
        return answer
    }

    /// Begins to tell `owner` what comes.
    func start(_ owner: any SocketOwner) {
        self.owner = owner
        wantsInput(true)
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        unsafe UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
    }

    func wantsInput(_ wants: Bool) {
        if wants == isReading || hasPeerEnded || owner == nil { return }
        isReading = wants
        if wants {
            unsafe uv_read_start(stream, socketWantsMemory, socketRead)
        } else {
            unsafe uv_read_stop(stream)
        }
    }

    func hasOutput() {
        if isDirty || owner == nil { return }
        isDirty = true
        loop.flushSoon(self)
    }

    /// Address and port of the other end; nil where the system does not know it any more.
    var peer: String? {
        var place = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        // Safe: there is room for any address.
        return unsafe withUnsafeMutablePointer(to: &place) { place in
            let generic = unsafe UnsafeMutableRawPointer(place)
                .assumingMemoryBound(to: sockaddr.self)
            guard unsafe uv_tcp_getpeername(tcp, generic, &length) == 0 else { return nil }
            return unsafe addressText(generic)
        }
    }

    /// Sends what the owner has.
    func flush() {
        isDirty = false
        guard unsafe rest == nil, let owner else { return }
        let out = loop.out
        out.bytes.removeAll()
        let hasMore = owner.produce(into: out)
        if out.bytes.count > 0 { send(out.bytes.bytes) }
        // What did not go out at once comes back here when it is sent.
        guard unsafe rest == nil, self.owner != nil else { return }
        if hasMore {
            hasOutput()
        } else if owner.isOver {
            close()
        } else if owner.isDoneSending {
            endSending()
        }
    }

    private func endSending() {
        if unsafe shutdown != nil { return }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        unsafe shutdown = request
        // Safe: freed with the socket. Whether it worked is of no matter: the connection is about to be closed.
        unsafe uv_shutdown(request, stream) { _, _ in }
    }

    /// Bytes given to libuv and the system so far.
    private var handedOver = 0

    /// Bytes that the peer has taken so far, where something waits for it to take more; else nil. Of what the system has
    /// taken to send, too, for that is much more than waits here.
    var taken: Int? { unsafe rest == nil ? nil : takenSoFar }

    /// The same whether anything waits or not. A call of the system.
    var takenSoFar: Int {
        // Safe: libuv and the system only read the handle.
        unsafe handedOver - Int(daybook_untaken_bytes(tcp))
    }

    private func send(_ bytes: borrowing RawSpan) {
        handedOver += bytes.byteCount
        // Safe: libuv is done with the memory when uv_try_write returns; what is left is copied for uv_write, and
        // freed when it is sent.
        let failed = unsafe bytes.withUnsafeBytes { bytes -> Bool in
            var buffer = unsafe uv_buf_t(
                base: UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
                    .assumingMemoryBound(to: CChar.self), len: bytes.count)
            var sent = Int(unsafe uv_try_write(stream, &buffer, 1))
            if sent == Int(UV_EAGAIN.rawValue) { sent = 0 }
            if sent < 0 { return true }
            if sent == bytes.count { return false }
            let rest = UnsafeMutableRawBufferPointer.allocate(
                byteCount: bytes.count - sent, alignment: 1)
            unsafe rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            unsafe self.rest = rest
            unsafe buffer = uv_buf_t(
                base: rest.baseAddress!.assumingMemoryBound(to: CChar.self), len: rest.count)
            unsafe request.pointee.data = tcp.pointee.data
            return unsafe uv_write(request, stream, &buffer, 1, socketWrote) != 0
        }
        if failed { close() }
    }

    /// Closes the connection at once; what was not sent is lost.
    func close() {
        guard let owner else { return }
        self.owner = nil
        unsafe closeHandle(tcp, socketClosed)
        owner.closed()
    }

    /// Closes a socket that was never started.
    func discard() {
        precondition(owner == nil, "a started socket is closed")
        unsafe closeHandle(tcp, socketClosed)
    }

    fileprivate func read(_ count: Int, _ memory: UnsafePointer<uv_buf_t>?) {
        if count > 0 {
            // Safe: libuv wrote `count` bytes to the loop's memory, which nobody writes to during the call.
            owner?.received(unsafe RawSpan(_unsafeStart: memory!.pointee.base!, byteCount: count))
        } else if count == Int(UV_EOF.rawValue) {
            wantsInput(false)
            hasPeerEnded = true
            owner?.peerEnded()
            hasOutput()
        } else if count < 0 {
            close()
        }
    }

    fileprivate func wrote(_ status: Int32) {
        unsafe rest?.deallocate()
        unsafe rest = nil
        if status < 0 { close() } else { hasOutput() }
    }

    fileprivate func free() {
        unsafe rest?.deallocate()
        unsafe tcp.deallocate()
        unsafe request.deallocate()
        unsafe shutdown?.deallocate()
    }
}

/// A connection being made.
@safe private final class ConnectRequest {
    // Safe: allocated in init, freed in deinit.
    let memory: UnsafeMutablePointer<uv_connect_t>
    let done: (Errno?) -> Void

    init(_ done: @escaping (Errno?) -> Void) {
        unsafe memory = .allocate(capacity: 1)
        self.done = done
    }

    deinit { unsafe memory.deallocate() }
}

private nonisolated func socketConnected(
    _ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32
) {
    // Safe: takes back the reference that `connect` gave.
    let request = unsafe Unmanaged<ConnectRequest>.fromOpaque(request!.pointee.data)
        .takeRetainedValue()
    request.done(status == 0 ? nil : Errno(code: -status))
}

// Safe, all of them: `data` was set to the socket, which outlives its handle.

private nonisolated func socketWantsMemory(
    _ handle: UnsafeMutablePointer<uv_handle_t>?, _ size: Int,
    _ buffer: UnsafeMutablePointer<uv_buf_t>?
) {
    let socket = unsafe Unmanaged<Socket>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
    let memory = unsafe socket.loop.received
    unsafe buffer!.pointee.base = memory.baseAddress!.assumingMemoryBound(to: CChar.self)
    unsafe buffer!.pointee.len = memory.count
}

private nonisolated func socketRead(
    _ stream: UnsafeMutablePointer<uv_stream_t>?, _ count: Int, _ buffer: UnsafePointer<uv_buf_t>?
) {
    let socket = unsafe Unmanaged<Socket>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
    unsafe socket.read(count, buffer)
}

private nonisolated func socketWrote(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: Int32)
{
    unsafe Unmanaged<Socket>.fromOpaque(request!.pointee.data).takeUnretainedValue().wrote(status)
}

private nonisolated func socketClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    // Safe: the one place that takes back the reference of init. libuv has called back for a write before.
    unsafe Unmanaged<Socket>.fromOpaque(handle!.pointee.data).takeRetainedValue().free()
}
