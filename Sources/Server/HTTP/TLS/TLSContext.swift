internal import CTLS
internal import DaybookPlatform

/// What all connections of one end share: certificate and key of a server, or what a client trusts. TLS 1.2 or newer.
@safe final class TLSContext: Sendable {
    // Safe: made by the factories, never changed after them, freed in deinit. OpenSSL counts the connections that use
    // it, on any thread.
    nonisolated(unsafe) let pointer: OpaquePointer

    private init(_ method: OpaquePointer) {
        guard let made = unsafe SSL_CTX_new(method) else {
            preconditionFailure("OpenSSL has no memory for a context")
        }
        unsafe pointer = made
        // The macros for these cannot be imported.
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Self.mode, nil)
        unsafe SSL_CTX_set_options(pointer, Self.options)
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// Idle connections give their buffers back; a write may be tried again from elsewhere in memory.
    private static let mode =
        Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
    /// No renegotiation, which costs the server more than the client; no compression, which gives secrets away.
    private static let options = UInt64(1 << 30) | UInt64(1 << 17)

    /// A server's, by a chain of certificates and a private key, both in PEM.
    /// - Parameters:
    ///   - certificates: its own first.
    ///   - certificateFile, keyFile: where they came from, for errors.
    static func server(
        certificates: [UInt8], certificateFile: String, key: [UInt8], keyFile: String
    ) throws(TLSError) -> TLSContext {
        let context = unsafe TLSContext(TLS_server_method())
        try context.use(certificates, certificateFile)
        try context.use(key: key, keyFile, certificateFile)
        unsafe SSL_CTX_set_alpn_select_cb(context.pointer, chooseProtocol, nil)
        return context
    }

    /// Whether the certificate is for exactly this host, by its alternative names.
    func names(_ host: String) -> Bool {
        guard let certificate = unsafe SSL_CTX_get0_certificate(pointer) else { return false }
        let flags = UInt32(X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        // Safe: the context holds the certificate, and the text lives as long as the call.
        return unsafe X509_check_host(certificate, host, host.utf8.count, flags, nil) == 1
    }

    /// A client's: it trusts exactly these certificates, in PEM, and offers these protocols.
    static func client(
        trusting certificates: [UInt8], file: String, offering versions: [HTTPVersion]
    ) throws(TLSError) -> TLSContext {
        let context = unsafe TLSContext(TLS_client_method())
        for certificate in try Certificate.all(certificates, file) {
            // Safe: the store takes a reference of its own.
            unsafe X509_STORE_add_cert(
                SSL_CTX_get_cert_store(context.pointer), certificate.pointer)
        }
        unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        let offer = versions.flatMap { [UInt8($0.protocolName.count)] + $0.protocolName }
        unsafe SSL_CTX_set_alpn_protos(context.pointer, offer, UInt32(offer.count))
        return context
    }

    private func use(_ bytes: [UInt8], _ file: String) throws(TLSError) {
        let chain = try Certificate.all(bytes, file)
        // Safe: OpenSSL takes references of its own.
        guard unsafe SSL_CTX_use_certificate(pointer, chain[0].pointer) == 1 else {
            throw TLSError.unusable("the first certificate", file)
        }
        for certificate in chain.dropFirst() {
            // SSL_CTX_add1_chain_cert is a macro.
            let answer = unsafe SSL_CTX_ctrl(
                pointer, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate.pointer))
            if answer != 1 { throw TLSError.unusable("a certificate of the chain", file) }
        }
    }

    private func use(
        key bytes: [UInt8], _ file: String, _ certificateFile: String
    ) throws(TLSError) {
        // Safe: OpenSSL reads the bytes within the call, and the context takes a reference of its own to the key.
        let key = unsafe bytes.withUnsafeBytes { bytes -> OpaquePointer? in
            let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { unsafe BIO_free(source) }
            // A key with a password would ask for it on the terminal: the empty one is given instead.
            return unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let key = unsafe key else { throw TLSError.unreadable("private key", file) }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key) == 1,
            unsafe SSL_CTX_check_private_key(pointer) == 1
        else {
            throw TLSError.at(
                file,
                "the private key is not that of the certificate in \(certificateFile)",
                "name the two files that were made together")
        }
    }
}

/// A certificate.
@safe private final class Certificate {
    // Safe: given to init with a reference, which deinit gives back.
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe X509_free(pointer) }

    /// All certificates of a file in PEM; at least one.
    static func all(_ bytes: [UInt8], _ file: String) throws(TLSError) -> [Certificate] {
        // Safe: OpenSSL reads the bytes within the call.
        let found = unsafe bytes.withUnsafeBytes { bytes -> [Certificate] in
            let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { unsafe BIO_free(source) }
            var found: [Certificate] = []
            while let next = unsafe PEM_read_bio_X509(source, nil, nil, nil) {
                found.append(unsafe Certificate(next))
            }
            return found
        }
        // What ends the loop leaves an error behind, which a later call would be blamed for.
        ERR_clear_error()
        if found.isEmpty { throw TLSError.unreadable("certificate", file) }
        return found
    }
}

extension HTTPVersion {
    /// As it is named in a TLS handshake.
    var protocolName: [UInt8] {
        switch self {
        case .http1: Array("http/1.1".utf8)
        case .http2: Array("h2".utf8)
        }
    }
}

/// Chooses HTTP/2 where the client offers it, else HTTP/1.1, else nothing.
private nonisolated func chooseProtocol(
    _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?, _ offer: UnsafePointer<UInt8>?, _ count: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    // Safe: the offer has `count` bytes, in which OpenSSL has checked the lengths; the answer points into it.
    let offer = unsafe UnsafeBufferPointer(start: offer, count: Int(count))
    for version in [HTTPVersion.http2, .http1] {
        var at = 0
        while at < offer.count {
            let length = unsafe Int(offer[at])
            let name = at + 1..<min(at + 1 + length, offer.count)
            if unsafe offer[name].elementsEqual(version.protocolName) {
                unsafe chosen!.pointee = offer.baseAddress! + name.lowerBound
                unsafe chosenCount!.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            at = name.upperBound
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
