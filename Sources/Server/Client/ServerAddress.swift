public import Daybook
internal import DaybookHTTP

/// Where a server is: `daybook://127.0.0.1:2113`.
///
/// ```
/// daybook://HOST[:PORT][/][?tls][&tlsCaFile=FILE]
/// ```
///
/// HOST is a name, or an address in numbers, one of IPv6 in brackets. Without a PORT it is 2113. With `tls` the server
/// is spoken to under TLS, and has to show a certificate for HOST that the system trusts, or one of FILE, in PEM.
public struct ServerAddress: Hashable, Sendable {
    /// One that can be used, for those who are told that theirs cannot.
    package static let example = "daybook://127.0.0.1:2113"
    static let portDefault = 2113
    /// The certificates that the system trusts, where Debian keeps them.
    package static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"

    /// As it was given.
    public let text: String
    /// The host as it was given, without brackets: what has to stand in its certificate.
    public let host: String
    public let port: Int
    /// The file of the certificates that are trusted; nil: plain, without TLS.
    public let certificateFile: String?

    /// Reads an address as it is written.
    /// - Throws: `invalid`, with the reason.
    public init(_ text: String) throws(StoreError) {
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
        var isPlain = false
        for part in query {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? String(pair[1]) : nil
            switch (pair[0], value) {
            case ("tls", nil), ("tls", "true"): file = file ?? Self.systemCertificates
            case ("tls", "false"): isPlain = true
            case ("tlsCaFile", let name?) where !name.isEmpty: file = name
            default:
                throw Self.unusable(text, "`\(part)` is neither `tls` nor `tlsCaFile=FILE`")
            }
        }
        if isPlain && file != nil {
            throw Self.unusable(text, "`tls=false` and certificates contradict each other")
        }
        self.text = text
        self.host = host
        self.port = port
        certificateFile = file
    }

    private static func place(
        _ named: Substring, of text: String
    ) throws(StoreError) -> (host: String, port: Int) {
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
        guard isInNumbers || !isBracketed && isName(host) else {
            throw unusable(
                text, "`\(host)` is neither the name of a host nor an address in numbers")
        }
        let rest = named[host.endIndex...].dropFirst(isBracketed ? 1 : 0)
        if rest.isEmpty { return (String(host), portDefault) }
        guard rest.hasPrefix(":") else { throw unusable(text, "`\(rest)` follows the host") }
        return (String(host), try Self.port(rest.dropFirst(), of: text))
    }

    /// Whether a text can be the name of a host: labels of letters, digits, `-` and `_`, the last of which is no number, as
    /// those of an address are.
    private static func isName(_ text: Substring) -> Bool {
        let labels = (text.hasSuffix(".") ? text.dropLast() : text).split(
            separator: ".", omittingEmptySubsequences: false)
        func isPart(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        guard let last = labels.last, last.utf8.contains(where: { !(0x30...0x39).contains($0) })
        else { return false }
        return text.utf8.count <= 253
            && labels.allSatisfy {
                !$0.isEmpty && $0.utf8.count <= 63 && $0.utf8.allSatisfy(isPart)
            }
    }

    private static func port(_ digits: Substring, of text: String) throws(StoreError) -> Int {
        let isNumber = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let port = Int(digits), (1...65_535).contains(port) else {
            throw unusable(text, "its port `\(digits)` is no number from 1 to 65535")
        }
        return port
    }

    private static func unusable(_ text: String, _ why: String) -> StoreError {
        .invalid(
            "The address of a server `\(text)` cannot be used", why: why,
            remedy:
                "Write it so: `\(example)`; under TLS with `?tls` or `?tlsCaFile=FILE` behind it.",
            place: text)
    }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String { text }
}
