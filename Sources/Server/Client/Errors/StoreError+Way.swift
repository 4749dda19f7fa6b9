public import Daybook
internal import DaybookBytes
package import DaybookGRPC
internal import DaybookHTTP
internal import DaybookProtocol

// What goes wrong on the way to a server; what the server itself refuses comes with the codes of any store.

extension StoreError.Code {
    /// The server cannot be reached, or did not answer in time. Nothing was changed by the call.
    public static let unavailable = Self("unavailable")
    /// The certificate of the server is not to be trusted, or those to be trusted cannot be read.
    public static let untrusted = Self("untrusted")
    /// What answers is no server of Daybook, or one that says something else than this client understands.
    public static let notUnderstood = Self("notUnderstood")
    /// The server does not serve this client: it has no room for it, or may not.
    public static let refused = Self("refused")
}

/// Why a call has no answer, as whoever makes calls sees it.
enum CallTrouble: Error {
    /// It is told, and nothing is tried again.
    case final(StoreError)
    /// The server is away, or ends: it may be there again soon.
    /// - Parameter isUnbegun: Whether the server is known not to have begun with the call.
    case away(StoreError, isUnbegun: Bool)
    /// No answer came in time; whether the server had begun is told as above.
    case late(StoreError, isUnbegun: Bool)

    /// What it is, in words for whoever made the call.
    var error: StoreError {
        switch self {
        case .final(let error), .away(let error, _), .late(let error, _): error
        }
    }
}

extension CallTrouble {
    init(_ failure: GRPCFailure, of server: ServerAddress) {
        switch failure {
        case .closed: self = .final(.closed())
        case .foreign(let words): self = .final(.foreign(words, server))
        case .misfit(let misfit): self = .final(.misfit(misfit, server))
        case .lost(let lost):
            self = .away(.unreachable(lost.reason, server), isUnbegun: lost.isUnbegun)
        case .late(let late):
            self = .late(.unreachable(late.reason, server), isUnbegun: late.isUnbegun)
        case .status(let status): self.init(status, of: server)
        }
    }

    private init(_ status: GRPCStatus, of server: ServerAddress) {
        if !status.details.isEmpty, let said = V1.error(inDetails: status.details.rawSpan) {
            self =
                said.untaken(by: server).map { .away($0, isUnbegun: true) } ?? .final(said)
            return
        }
        let words = status.message.isEmpty ? "\(status.code)" : status.message
        switch status.code {
        // Also whoever stands between says so, of calls that it has given on.
        case .unavailable: self = .away(.unreachable(words, server), isUnbegun: false)
        case .cancelled, .deadlineExceeded:
            self = .late(.unreachable(words, server), isUnbegun: false)
        case .unimplemented: self = .final(.foreign(words, server))
        default:
            self = .final(
                StoreError(
                    .refused, "The server did not do it", why: "\(status.code): \(words)",
                    remedy: "Look into its log.", place: server.text))
        }
    }
}

extension StoreError {
    /// Why a call of any service has no answer.
    package init(_ failure: GRPCFailure, of server: ServerAddress) {
        self = CallTrouble(failure, of: server).error
    }

    /// What is told where the server has taken nothing for now, and may be asked again; nil where it has decided.
    func untaken(by server: ServerAddress) -> StoreError? {
        if !isForNow { return nil }
        // Its store is closed, not this one: it ends, or begins.
        return code == .busy ? self : .unreachable("the server is not open: \(why)", server)
    }

    /// There is no way to the server.
    static func unreachable(_ reason: String, _ server: ServerAddress) -> StoreError {
        StoreError(
            .unavailable, "The server cannot be reached", why: reason,
            remedy: "Look whether `daybook serve` runs there, and ask again. "
                + (server.certificateFile == nil
                    ? "Where it does so under TLS, `?tls` or `?tlsCaFile=FILE` stands behind the address."
                    : "Where it does so without TLS, nothing of TLS stands behind the address."),
            place: server.text)
    }

    /// What is there is no server of Daybook.
    static func foreign(_ words: String, _ server: ServerAddress) -> StoreError {
        StoreError(
            .notUnderstood, "What the server says is not understood", why: words,
            remedy:
                "Look whether it is `daybook serve` that listens there, of a version that fits.",
            place: server.text)
    }

    static func misfit(_ misfit: HTTPClient.Misfit, _ server: ServerAddress) -> StoreError {
        switch misfit {
        case .certificate(let fault):
            StoreError(
                .untrusted, "The server's certificate is not trusted", why: fault,
                remedy: "It has to name \(server.host), and to be vouched for by those in "
                    + "\(server.certificateFile ?? ""): others are named by `?tlsCaFile=FILE` behind "
                    + "the address.", place: server.text)
        case .tls(let reason):
            StoreError(
                .notUnderstood, "There is no TLS with the server", why: reason,
                remedy: "Look whether it is `daybook serve` that listens there, and under TLS, of "
                    + "version 1.2 or newer; if it is not, leave `?tls` and `?tlsCaFile` out.",
                place: server.text)
        case .version: .foreign("it does not speak HTTP/2", server)
        }
    }

    /// The certificates to be trusted cannot be read.
    static func unreadable(_ error: TLSError, _ server: ServerAddress) -> StoreError {
        StoreError(
            .untrusted, "The certificates to be trusted cannot be used",
            why: "\(error.file): \(error.what)", remedy: error.remedy, place: server.text)
    }
}
