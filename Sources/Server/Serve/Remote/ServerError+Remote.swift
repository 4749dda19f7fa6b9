internal import DaybookClient
internal import DaybookGRPC
internal import DaybookHTTP

extension ServerError {
    /// A server that was asked and did not do it.
    static func unanswered(
        _ failure: GRPCFailure, by server: ServerAddress
    ) -> ServerError {
        switch failure {
        case .misfit(.certificate(let fault)):
            ServerError(
                .certificate, "The server's certificate is not trusted", why: fault,
                remedy: "It has to name \(server.host), and to be vouched for by those in "
                    + "\(server.certificateFile ?? ""): others are named by `?tlsCaFile=FILE` behind "
                    + "the address.", place: server.text)
        case .misfit(.tls(let reason)):
            ServerError(
                .unreachable, "There is no TLS with the server", why: reason,
                remedy: "Look whether it is `daybook serve` that listens there, and under TLS, of "
                    + "version 1.2 or newer; if it is not, leave `?tls` and `?tlsCaFile` out.",
                place: server.text)
        case .misfit(.version):
            ServerError(
                .unreachable, "The server does not speak HTTP/2",
                why: "what it says is something else",
                remedy: "Look whether it is `daybook serve` that listens there. \(tls)",
                place: server.text)
        case .foreign(let words):
            ServerError(
                .unreachable, "The server is none of Daybook", why: words,
                remedy: "Look whether it is `daybook serve` that listens there.",
                place: server.text)
        case .lost(let failure), .late(let failure):
            ServerError(
                .unreachable, "The server did not answer", why: failure.reason,
                remedy: "Look whether `daybook serve` runs there. \(tls)", place: server.text)
        case .status(let status):
            ServerError(
                .refused, "The server did not do it", why: "\(status.code): \(status.message)",
                remedy: "Look into its log.", place: server.text)
        case .closed:
            ServerError(
                .unreachable, "The server did not answer", why: "this end was closed meanwhile",
                remedy: "Ask again.", place: server.text)
        }
    }

    private static let tls =
        "Where it does so under TLS, it is asked with `?tls` or `?tlsCaFile=FILE` behind the address."
}
