internal import CUV
internal import DaybookPlatform

/// Lends an address in numbers, of IPv4 or IPv6, with a port, in the form of the system.
func withAddress(
    _ address: String, _ port: Int, _ body: (UnsafePointer<sockaddr>) -> Int32
) throws(Errno) {
    if port < 0 || port > 65_535 { throw .EINVAL }
    var place = sockaddr_storage()
    // Safe: the place is large enough for either kind, and does not leave the call.
    try unsafe withUnsafeMutablePointer(to: &place) { place throws(Errno) in
        let raw = UnsafeMutableRawPointer(place)
        try uvCall {
            address.utf8.contains(UInt8(ascii: ":"))
                ? unsafe uv_ip6_addr(
                    address, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
                : unsafe uv_ip4_addr(
                    address, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
        }
        try uvCall { unsafe body(raw.assumingMemoryBound(to: sockaddr.self)) }
    }
}
