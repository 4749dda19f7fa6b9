internal import CCrypto
internal import DaybookBytes

/// SHA-1 and SHA-256 by OpenSSL, with one context for any number of digests.
@safe struct GitHasher: ~Copyable {
    // Safe: made in init, freed in deinit, and this value cannot be copied.
    private let context: OpaquePointer
    private let digest: OpaquePointer
    private let format: GitObjectID.Format
    private var result = [UInt8](repeating: 0, count: 64)
    /// Memory in which a directory is written down.
    var scratch = ByteWriter(capacity: 1 << 14)

    init(_ format: GitObjectID.Format) {
        // Safe: both live for ever (the digest) or as long as self (the context).
        guard let context = unsafe EVP_MD_CTX_new(),
            let digest = unsafe format == .sha1 ? EVP_sha1() : EVP_sha256()
        else { preconditionFailure("OpenSSL has no memory, or neither SHA-1 nor SHA-256") }
        unsafe self.context = context
        unsafe self.digest = digest
        self.format = format
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// The name of the object that git stores as `kind`, a space, the length, a zero and the
    /// content.
    mutating func object(_ kind: StaticString, _ content: RawSpan) -> GitObjectID {
        let header = Array("\(kind) \(content.byteCount)\0".utf8)
        return hash(header.rawSpan, content)
    }

    /// The digest of two pieces, one behind the other.
    mutating func hash(_ first: RawSpan, _ second: RawSpan) -> GitObjectID {
        // Safe: the pointers do not leave the calls; 64 bytes are the longest digest OpenSSL has.
        var answers = unsafe EVP_DigestInit_ex(context, digest, nil)
        unsafe first.withUnsafeBytes {
            unsafe answers &= EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        unsafe second.withUnsafeBytes {
            unsafe answers &= EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        unsafe answers &= EVP_DigestFinal_ex(context, &result, nil)
        precondition(answers == 1, "OpenSSL could not hash")
        return GitObjectID(digest: result.rawSpan, format)
    }
}
