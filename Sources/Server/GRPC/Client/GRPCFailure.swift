package import DaybookHTTP

/// Why a call by gRPC has no answer, or no more of it.
package enum GRPCFailure: Error, Hashable, Sendable {
    /// The server says so.
    case status(GRPCStatus)
    /// The server, or what is in its place, says something else than an answer, in words.
    case foreign(String)
    /// The two do not understand each other, so that there is no connection.
    case misfit(HTTPClient.Misfit)
    /// There is no connection, or no more.
    case lost(HTTPCallFailure)
    /// The time given to the call is up. With what it waited for, where that is known: a connection, in words.
    case late(HTTPCallFailure)
    /// This end has closed.
    case closed

    /// Whether the server is known not to have begun with the call.
    package var isUnbegun: Bool {
        switch self {
        case .misfit, .closed: true
        case .lost(let failure), .late(let failure): failure.isUnbegun
        case .status, .foreign: false
        }
    }
}

extension GRPCStatus {
    private static let detailsField = "grpc-status-details-bin"

    /// How a call ended, as the fields say; nil where they do not.
    init?(fields: HTTPFields) {
        guard let text = fields["grpc-status"] else { return nil }
        let code = Int(text).flatMap { Code(rawValue: $0) } ?? .unknown
        self.init(
            code, fields["grpc-message"].map { Self.unescaped($0) } ?? "",
            details: fields.binary(Self.detailsField)?.first ?? [])
        for field in fields.all where !field.name.hasPrefix("grpc-") {
            trailers.add(field.name, field.value)
        }
    }

    /// What `escaped` made of a text; a `%` that no two digits follow stands for itself.
    private static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
                let byte = UInt8(
                    String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
            {
                plain.append(byte)
                at += 3
            } else {
                plain.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
