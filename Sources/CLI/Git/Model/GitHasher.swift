internal import CCrypto
internal import DaybookBytes

/// SHA-1 and SHA-256 by OpenSSL, with one context for any number of digests.
@safe struct GitHasher: ~Copyable {
    // Safe: made in init, freed in deinit, and this value cannot be copied.
    private let context: OpaquePointer
    private let digest: OpaquePointer
    private let format: GitObjectID.Format

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
    mutating func object(_ kind: StaticString, _ content: [UInt8]) -> GitObjectID {
        var header = Array(kind.description.utf8)
        header.append(UInt8(ascii: " "))
        header += String(content.count).utf8
        header.append(0)
        return hash(header, content)
    }

    /// The digest of two pieces, one behind the other.
    mutating func hash(_ first: [UInt8], _ second: [UInt8]) -> GitObjectID {
        var result = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        // Safe: the pointers do not leave the calls; 64 bytes are the longest digest OpenSSL has.
        let answers = unsafe EVP_DigestInit_ex(context, digest, nil)
            & EVP_DigestUpdate(context, first, first.count)
            & EVP_DigestUpdate(context, second, second.count)
            & EVP_DigestFinal_ex(context, &result, &count)
        precondition(answers == 1, "OpenSSL could not hash")
        return GitObjectID(digest: result.rawSpan, format)
    }
}
