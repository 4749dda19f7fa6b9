internal import CTLS
internal import DaybookBytes

/// TLS of one connection between two memories: what the peer sends goes in and comes out plain, what is to be sent
/// goes in plain and comes out to be sent. No socket.
@safe final class TLSEngine {
    // Safe: made in init, freed in deinit; used only on the connection's loop. The connection owns both memories.
    private let connection: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    private(set) var isEstablished = false
    /// Why TLS ended, in words, where it was no orderly end.
    private(set) var failure: String?
    /// Whether it was the peer that ended it, by an alert.
    private(set) var isRefusedByPeer = false
    /// Whether the peer has said that it sends nothing more.
    private(set) var hasPeerEnded = false

    private static let recordBytesMax = 16 * 1024

    /// - Parameter host: the name that a client expects in the certificate; nil for a server.
    init(_ context: TLSContext, host: String?) {
        guard let connection = unsafe SSL_new(context.pointer),
            let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else { preconditionFailure("OpenSSL has no memory for a connection") }
        unsafe self.connection = connection
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        unsafe SSL_set_bio(connection, incoming, outgoing)
        if let host {
            unsafe SSL_set1_host(connection, host)
            // Servers with several certificates choose by it; addresses in numbers are not named.
            if !isAddress(host) {
                // A macro of OpenSSL, which only reads the text.
                unsafe host.withCString { name in
                    _ = unsafe SSL_ctrl(
                        connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                        UnsafeMutableRawPointer(mutating: name))
                }
            }
            unsafe SSL_set_connect_state(connection)
        } else {
            unsafe SSL_set_accept_state(connection)
        }
    }

    deinit { unsafe SSL_free(connection) }

    /// The version of HTTP agreed on; nil where the client offered none.
    var version: HTTPVersion? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(connection, &name, &count)
        // Safe: OpenSSL keeps the name as long as the connection.
        let chosen = unsafe UnsafeBufferPointer(start: name, count: Int(count))
        return [HTTPVersion.http2, .http1].first { unsafe chosen.elementsEqual($0.protocolName) }
    }

    /// What a client has found wrong with the certificate of the server; nil: nothing, or it has none yet.
    var certificateFault: String? {
        let found = unsafe SSL_get_verify_result(connection)
        if found == Int(X509_V_OK) { return nil }
        // Safe: the text is a constant of OpenSSL.
        return unsafe String(cString: X509_verify_cert_error_string(found))
    }

    /// Begins, for a client.
    func begin() { handshake() }

    /// Takes what the peer sent, and hands out what it says.
    func received(_ bytes: borrowing RawSpan, _ plain: (borrowing RawSpan) -> Void) {
        if failure != nil || hasPeerEnded { return }
        // Safe: the memory copies the bytes.
        unsafe bytes.withUnsafeBytes {
            _ = unsafe BIO_write(incoming, $0.baseAddress, Int32($0.count))
        }
        if !isEstablished { handshake() }
        if !isEstablished { return }
        // Safe: OpenSSL writes within the room it is told of, and the span does not outlive the call.
        unsafe withUnsafeTemporaryAllocation(
            byteCount: Self.recordBytesMax, alignment: 16
        ) { room in
            while failure == nil {
                let count = unsafe SSL_read(connection, room.baseAddress, Int32(room.count))
                if count <= 0 { return judge(count) }
                plain(unsafe RawSpan(_unsafeStart: room.baseAddress!, byteCount: Int(count)))
            }
        }
    }

    private func handshake() {
        ERR_clear_error()
        let answer = unsafe SSL_do_handshake(connection)
        if answer == 1 { isEstablished = true } else { judge(answer) }
    }

    private func judge(_ answer: Int32) {
        switch unsafe SSL_get_error(connection, answer) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
        case SSL_ERROR_ZERO_RETURN: hasPeerEnded = true
        default:
            // Safe: the text of an error is a constant of OpenSSL.
            let error = ERR_peek_last_error()
            let reason = unsafe ERR_reason_error_string(error)
            failure = unsafe reason.map { unsafe String(cString: $0) } ?? "the connection broke"
            // The alerts of a peer are numbered behind the reasons of OpenSSL itself.
            isRefusedByPeer =
                ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET
        }
        ERR_clear_error()
    }

    /// Seals what is to be sent.
    func send(_ bytes: borrowing RawSpan) {
        if bytes.byteCount == 0 || failure != nil { return }
        // Safe: OpenSSL reads the bytes within the call. The memory takes all there is.
        let answer = unsafe bytes.withUnsafeBytes {
            unsafe SSL_write(connection, $0.baseAddress, Int32($0.count))
        }
        if answer <= 0 { judge(answer) }
    }

    /// Says that nothing more will be sent.
    func end() {
        if isEstablished && failure == nil { unsafe SSL_shutdown(connection) }
        ERR_clear_error()
    }

    /// Moves what is to be sent behind what was written.
    func produce(into out: inout ByteWriter) {
        // BIO_pending is a macro.
        let waiting = unsafe BIO_ctrl(outgoing, BIO_CTRL_PENDING, 0, nil)
        if waiting <= 0 { return }
        // Safe: OpenSSL writes within the room it is told of.
        _ = unsafe out.append(atMost: waiting) { room in
            unsafe Int(BIO_read(outgoing, room.baseAddress, Int32(room.count)))
        }
    }
}
