internal import DaybookHTTP

/// Where a server is, as a command is told: `daybook://127.0.0.1:2113`.
///
/// ```
/// daybook://HOST[:PORT][/][?tls][&tlsCaFile=FILE]
/// ```
///
/// HOST is an address in numbers, one of IPv6 in brackets, or `localhost`.
package struct ServerAddress: Hashable, Sendable {
    package static let example = "daybook://127.0.0.1:2113"
    static let portDefault = 2113
    /// The certificates that the system trusts, where Debian keeps them.
    static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"

    /// As it was given.
    package let text: String
    /// The host as it was given, without brackets: what has to stand in its certificate.
    let host: String
    let port: Int
    /// The file of the certificates that are trusted; nil: plain.
    let certificateFile: String?

    /// In numbers, in the order in which they are tried.
    var addresses: [String] { host == "localhost" ? ["127.0.0.1", "::1"] : [host] }
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// - Throws: `configuration`.
    package init(_ text: String) throws(ServerError) {
        let scheme = "daybook://"
        guard text.hasPrefix(scheme) else {
            throw Self.unusable(text, "it does not begin with `\(scheme)`")
        }
        let parts = text.dropFirst(scheme.count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let named = parts[0].hasSuffix("/") ? parts[0].dropLast() : parts[0]
        let (host, port) = try Self.place(named, of: text)
        let query = parts.count > 1 ? parts[1].split(separator: "&") : []
        var file: String?
        for part in query {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? String(pair[1]) : nil
            switch (pair[0], value) {
            case ("tls", nil), ("tls", "true"): file = file ?? Self.systemCertificates
            case ("tls", "false"): break
            case ("tlsCaFile", let name?) where !name.isEmpty: file = name
            default:
                throw Self.unusable(text, "`\(part)` is neither `tls` nor `tlsCaFile=FILE`")
            }
        }
        self.text = text
        self.host = host
        self.port = port
        certificateFile = file
    }

    private static func place(
        _ named: Substring, of text: String
    ) throws(ServerError) -> (host: String, port: Int) {
        let isBracketed = named.hasPrefix("[")
        var host = named
        if isBracketed {
            guard let end = named.firstIndex(of: "]") else {
                throw unusable(text, "a `[` is not closed")
            }
            host = named[..<end].dropFirst()
        } else if isAddress(String(named)) && named.contains(":") {
            throw unusable(text, "an address of IPv6 stands in brackets: `[\(named)]`")
        } else if let colon = named.firstIndex(of: ":") {
            host = named[..<colon]
        }
        guard !host.isEmpty else { throw unusable(text, "it names no host") }
        let isInNumbers = isAddress(String(host)) && host.contains(":") == isBracketed
        guard isInNumbers || !isBracketed && host == "localhost" else {
            throw unusable(
                text, "`\(host)` is no address in numbers, and names of hosts are not looked up")
        }
        let rest = named[host.endIndex...].dropFirst(isBracketed ? 1 : 0)
        if rest.isEmpty { return (String(host), portDefault) }
        guard rest.hasPrefix(":") else { throw unusable(text, "`\(rest)` follows the host") }
        return (String(host), try Self.port(rest.dropFirst(), of: text))
    }

    private static func port(_ digits: Substring, of text: String) throws(ServerError) -> Int {
        let isNumber = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let port = Int(digits), (1...65_535).contains(port) else {
            throw unusable(text, "its port `\(digits)` is no number from 1 to 65535")
        }
        return port
    }

    private static func unusable(_ text: String, _ why: String) -> ServerError {
        ServerError(
            .configuration, "`--url \(text)` cannot be used", why: why,
            remedy: "Write it so: `--url \(example)`, with the address in numbers or `localhost`; "
                + "under TLS with `?tls` or `?tlsCaFile=FILE`.")
    }
}
