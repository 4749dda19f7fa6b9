internal import DaybookHTTP

/// By which names of hosts the API may be asked.
///
/// A page in a browser on this machine may have its own name lead to this server once the page is there (DNS rebinding); to
/// the browser the two are of one origin then. What was asked for tells: an address in numbers leads nowhere else,
/// `localhost` is this machine, and any other name has to be known.
///
/// By TLS the browser has the certificate checked for the name of its page, which only whoever has the name can get. So a name
/// that the certificate has is one of the server's, unless it only fits a `*` in it: another host below the same domain
/// may be in other hands.
package struct ServedNames: Sendable {
    private let known: Set<String>
    private let certifies: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - known: names beside those, with commas between them; addresses in numbers may be among them. `*` is any.
    ///   - certifies: whether the certificate that this server shows is for exactly a name.
    package init(
        _ known: String = "", certifies: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.known = Set(Self.names(in: known))
        self.certifies = certifies
    }

    private static func names(in list: String) -> [String] {
        list.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
    }

    /// Whether a text is a list of names, each without a scheme and a port.
    package static func areValid(_ list: String) -> Bool {
        let names = names(in: list)
        return !names.isEmpty
            && names.allSatisfy { name in
                name == "*" || !name.isEmpty && name.utf8.allSatisfy(\.isOfHost)
            }
    }

    /// Whether a request asks for this server; for no host at all no browser asks.
    func have(_ head: RequestHead) -> Bool {
        let authority = head.authority
        if authority.utf8.first == UInt8(ascii: "[") { return true }
        let bytes = authority.utf8.prefix { $0 != UInt8(ascii: ":") }
        if bytes.allSatisfy({ $0 == UInt8(ascii: ".") || $0.isDigit }) { return true }
        var host = String(Substring(bytes)).lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        return known.contains(host) || known.contains("*")
            || head.scheme == "https" && certifies(host)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isOfHost: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(self)
    }
}

extension Problem {
    /// It was asked for by a name that this server does not go by.
    static func misdirected(_ authority: String) -> Problem {
        .own(
            "misdirected", "This server does not go by the name `\(authority.prefix(100))`",
            why: "a page in a browser could have any name lead here",
            remedy: "Ask by an address in numbers or `localhost`, or start the server with "
                + "`--host-names NAME`.",
            place: "host")
    }
}
