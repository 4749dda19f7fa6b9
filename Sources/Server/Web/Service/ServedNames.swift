internal import DaybookHTTP

/// By which names of hosts the API may be asked.
///
/// A page in a browser on this machine may have its own name lead to this server once the page is there (DNS rebinding); to
/// the browser the two are of one origin then. What was asked for tells: an address in numbers leads nowhere else,
/// `localhost` is this machine, and any other name has to be known.
package struct ServedNames: Sendable {
    private let known: [String]

    /// - Parameter known: names beside those; addresses in numbers may be among them.
    package init(_ known: [String] = []) { self.known = known.map { $0.lowercased() } }

    /// Whether a host, perhaps with a port, is one of them; none at all is no browser's.
    func have(_ authority: String) -> Bool {
        if authority.isEmpty || authority.hasPrefix("[") { return true }
        var host = authority.prefix { $0 != ":" }.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        let isInNumbers = host.utf8.allSatisfy { byte in
            byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isInNumbers || host == "localhost" || host.hasSuffix(".localhost")
            || known.contains(host)
    }
}

extension Problem {
    /// It was asked for by a name that this server does not go by.
    static func misdirected(_ authority: String) -> Problem {
        Problem(
            421, "misdirected", title: "The request is for another server",
            "This server does not go by the name `\(authority.prefix(100))`",
            why: "a page in a browser could have any name lead here",
            remedy: "Ask by an address in numbers or `localhost`, or start the server with "
                + "`--advertised-host NAME`.",
            place: "host")
    }
}
