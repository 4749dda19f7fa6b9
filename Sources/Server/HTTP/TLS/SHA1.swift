internal import CTLS

/// SHA-1 by OpenSSL, for names that are made of it (UUIDs of version 5); it keeps no secret and proves nothing.
package enum SHA1 {
    /// The 20 bytes of the digest.
    package static func digest(_ bytes: borrowing RawSpan) -> [UInt8] {
        // Safe: the digest has 20 bytes, and neither pointer leaves the call.
        unsafe [UInt8](unsafeUninitializedCapacity: 20) { memory, count in
            var length: UInt32 = 0
            let answer = unsafe bytes.withUnsafeBytes { source in
                unsafe EVP_Digest(
                    source.baseAddress, source.count, memory.baseAddress, &length, EVP_sha1(), nil)
            }
            precondition(answer == 1 && length == 20, "OpenSSL could not compute a digest")
            count = Int(length)
        }
    }
}
