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

    /// In numbers.
    var address: String { host == "localhost" ? "127.0.0.1" : host }
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
        var host = named
        var port: Substring?
        if named.hasPrefix("[") {
            guard let end = named.firstIndex(of: "]") else {
                throw unusable(text, "a `[` is not closed")
            }
            host = named[named.index(after: named.startIndex)..<end]
            let rest = named[named.index(after: end)...]
            if rest.hasPrefix(":") { port = rest.dropFirst() }
            if !rest.isEmpty && port == nil { throw unusable(text, "`\(rest)` follows the host") }
        } else if let colon = named.firstIndex(of: ":") {
            host = named[..<colon]
            port = named[named.index(after: colon)...]
        }
        guard !host.isEmpty else { throw unusable(text, "it names no host") }
        let isInNumbers =
            host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        guard isInNumbers || host == "localhost" else {
            throw unusable(text, "names of hosts are not looked up")
        }
        guard let number = port.map({ Int($0) }) ?? portDefault, (1...65_535).contains(number)
        else { throw unusable(text, "its port is no number up to 65535") }
        return (String(host), number)
    }

    private static func unusable(_ text: String, _ why: String) -> ServerError {
        ServerError(
            .configuration, "`--url \(text)` cannot be used", why: why,
            remedy: "Write it so: `--url \(example)`, with the address in numbers or `localhost`; "
                + "under TLS with `?tls` or `?tlsCaFile=FILE`.")
    }
}
