internal import CCrypto
internal import Daybook
internal import DaybookBytes

/// A digest by OpenSSL, fed piece by piece.
@safe struct Digest: ~Copyable {
    enum Algorithm { case sha1, sha256 }

    // Safe: made in init, freed in deinit, and this value cannot be copied.
    private let context: OpaquePointer
    private let scratch: OpaquePointer
    private let algorithm: OpaquePointer
    /// Room for the longest digest there is.
    private var result = [UInt8](repeating: 0, count: 64)

    init(_ algorithm: Algorithm) {
        // Fetched once: looking it up for each digest takes longer than the digest of a line.
        let name = algorithm == .sha1 ? "SHA1" : "SHA256"
        guard let found = unsafe EVP_MD_fetch(nil, name, nil),
            let context = unsafe EVP_MD_CTX_new(),
            let scratch = unsafe EVP_MD_CTX_new()
        else { preconditionFailure("OpenSSL has no \(name): its installation is broken") }
        unsafe self.algorithm = found
        unsafe self.context = context
        unsafe self.scratch = scratch
        unsafe require(EVP_DigestInit_ex2(context, found, nil))
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_CTX_free(scratch)
        unsafe EVP_MD_free(algorithm)
    }

    mutating func update(_ bytes: borrowing RawSpan) {
        // Safe: pointer and count come from one span and do not leave the call.
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
        }
    }

    /// The digest of all that came so far; more may follow.
    mutating func value() -> [UInt8] {
        unsafe require(EVP_MD_CTX_copy_ex(scratch, context))
        // Safe: no digest is longer than 64 bytes.
        return unsafe [UInt8](unsafeUninitializedCapacity: 64) { memory, count in
            var length: UInt32 = 0
            unsafe require(EVP_DigestFinal_ex(scratch, memory.baseAddress, &length))
            count = Int(length)
        }
    }

    /// The digest of all that came since the start, where `body` can read it; then starts again.
    mutating func take<Result>(_ body: (RawSpan) -> Result) -> Result {
        var length: UInt32 = 0
        unsafe require(EVP_DigestFinal_ex(context, &result, &length))
        unsafe require(EVP_DigestInit_ex2(context, algorithm, nil))
        return body(result.rawSpan.extracting(0..<Int(length)))
    }

    /// The same as an event's id.
    mutating func takeEventID() -> EventID {
        take {
            EventID(version5High: $0.u64(at: 0).byteSwapped, low: $0.u64(at: 8).byteSwapped)
        }
    }

    /// Fails only where OpenSSL is out of memory or broken.
    private func require(_ answer: Int32) {
        precondition(answer == 1, "OpenSSL could not compute a digest")
    }
}

extension EventID {
    /// A version 5 UUID from the first 128 bits of a SHA-1.
    fileprivate init(version5High high: UInt64, low: UInt64) {
        self.init(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}
