internal import CUV
internal import DaybookPlatform

/// Whether a text is an address in numbers, of IPv4 or IPv6.
package func isAddress(_ text: String) -> Bool {
    do throws(Errno) {
        try unsafe withAddress(text, 0) { _ in 0 }
        return true
    } catch {
        return false
    }
}

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

/// An address in numbers with its port, as `127.0.0.1:2113` or `[::1]:2113`; nil where it is of neither kind.
func addressText(_ address: UnsafePointer<sockaddr>) -> String? {
    guard let host = unsafe hostText(address) else { return nil }
    // Safe: both kinds hold the port at the same place, the high byte first.
    let port = unsafe UInt16(
        bigEndian: UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

/// The same without its port, and without brackets.
func hostText(_ address: UnsafePointer<sockaddr>) -> String? {
    // The longest of IPv6 has 45 characters, and a zero behind them.
    var text = [CChar](repeating: 0, count: 64)
    // Safe: the text has room for any address.
    guard unsafe uv_ip_name(address, &text, text.count) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
