// What single values do not show: whether they may be used, and fit together.

internal import DaybookWeb

extension Configuration {
    /// Refuses what must not be served so.
    /// - Throws: `addressRefused`, `configuration`.
    package func check() throws(ServerError) {
        if !Self.isLoopback(address) {
            throw ServerError(
                .addressRefused, "`\(ConfigurationFile.shown(address))` is not listened at",
                why: "others could reach the store there, and it cannot tell yet who may read and "
                    + "write",
                remedy: "Listen at 127.0.0.1 or ::1, and let others in through an SSH tunnel or a "
                    + "proxy that asks who they are.",
                place: "\(origin(of: "address"))")
        }
        if !corsOrigins.isEmpty && !CrossOrigin.isValid(corsOrigins) {
            throw ServerError(
                .configuration, "`cors-origin` is no list of origins",
                why:
                    "an origin is a scheme, a host and perhaps a port, in small letters, and `\(ConfigurationFile.shown(corsOrigins))` has something else",
                remedy:
                    "Write it as a browser shows it: https://app.example.org, without a slash at its end.",
                place: "\(origin(of: "cors-origin"))")
        }
        if !hostNames.isEmpty && !ServedNames.areValid(hostNames) {
            throw ServerError(
                .configuration, "`host-names` is no list of names",
                why: "`\(ConfigurationFile.shown(hostNames))` has something else",
                remedy:
                    "Write them without `http://` and without a port: books.example,bank.example.",
                place: "\(origin(of: "host-names"))")
        }
        for (one, other) in [("tls-certificate", "tls-key"), ("tls-key", "tls-certificate")]
        where self[one] != .word("none") && self[other] == .word("none") {
            throw ServerError(
                .configuration, "`\(one)` is set without `\(other)`",
                why: "TLS needs the certificate and its key", remedy: "Set both, or none.",
                place: "\(origin(of: one))")
        }
    }

    /// Whether only this machine reaches the address: `127.0.0.0/8` or `::1`.
    static func isLoopback(_ address: String) -> Bool {
        if address == "::1" { return true }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                // As the system reads it: a leading zero would make it octal.
                UInt8(part).map { String($0) == part } ?? false
            }
    }
}
