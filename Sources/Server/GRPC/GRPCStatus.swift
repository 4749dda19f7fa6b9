internal import DaybookBytes
package import DaybookHTTP

/// How a call ended.
package struct GRPCStatus: Error, Hashable, Sendable {
    /// The codes of gRPC, with their numbers on the wire.
    package enum Code: Int, Sendable {
        case ok = 0
        case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists
        case permissionDenied, resourceExhausted, failedPrecondition, aborted, outOfRange
        case unimplemented, `internal`, unavailable, dataLoss, unauthenticated
    }

    package var code: Code
    package var message: String
    /// Further trailers, by which clients tell errors of one code from each other.
    package var trailers: HTTPFields
    /// An encoded `google.rpc.Status` with details of the error; empty where there is none.
    package var details: [UInt8]

    package init(
        _ code: Code, _ message: String = "", trailers: HTTPFields = [:], details: [UInt8] = []
    ) {
        self.code = code
        self.message = message
        self.trailers = trailers
        self.details = details
    }

    package static let ok = GRPCStatus(.ok)
}

extension GRPCStatus {
    /// The longest message of a status that is sent, and the longest value of a trailer, in bytes before they are
    /// escaped; the rest is cut off. An escaped byte is three.
    package static let messageBytesMax = 1_024
    /// Room for the longest name of a stream, whole.
    static let valueBytesMax = 1_026
    /// All trailers together, each with its name and what counts for it: clients take 8 KiB, some of it for the rest of
    /// a head. Details are left out where they do not fit.
    static let trailersBytesMax = 7_680
    /// What HTTP/2 counts for a field beside its name and value.
    private static let fieldBytes = 32

    private static let okFields: HTTPFields = ["grpc-status": "0"]

    /// The status as the trailers of an answer.
    package var fields: HTTPFields {
        if code == .ok && message.isEmpty && trailers.isEmpty { return Self.okFields }
        var fields: HTTPFields = ["grpc-status": String(code.rawValue)]
        if !message.isEmpty {
            fields.add(
                "grpc-message",
                Self.escaped(message.cut(toBytes: Self.messageBytesMax), alsoPercent: true))
        }
        for trailer in trailers.all {
            let value = trailer.value.cut(toBytes: Self.valueBytesMax)
            fields.add(trailer.name, Self.escaped(value, alsoPercent: false))
        }
        if !details.isEmpty {
            let name = "grpc-status-details-bin"
            let value = Base64.encode(details, isPadded: false)
            if Self.size(fields) + Self.size(name, value) <= Self.trailersBytesMax {
                fields.add(name, value)
            }
        }
        return fields
    }

    private static func size(_ fields: HTTPFields) -> Int {
        fields.all.reduce(0) { $0 + size($1.name, $1.value) }
    }

    private static func size(_ name: String, _ value: String) -> Int {
        name.utf8.count + value.utf8.count + fieldBytes
    }

    /// A text in the printable bytes of ASCII, all others as `%` and two digits.
    ///
    /// - Parameter alsoPercent: Whether `%` itself is one of the others, as in messages, which are read back. Other
    ///   trailers are not, and a name with a `%` shall arrive as it is.
    private static func escaped(_ text: String, alsoPercent: Bool) -> String {
        let percent = UInt8(ascii: "%")
        func isPlain(_ byte: UInt8) -> Bool {
            (0x20...0x7E).contains(byte) && !(alsoPercent && byte == percent)
        }
        if text.utf8.allSatisfy(isPlain) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension GRPCStatus {
    /// What every answer begins with.
    static let answerHead = ResponseHead(
        status: 200, fields: ["content-type": "application/grpc"])

    /// An answer that says how its call ended and nothing else: one head is all of it.
    fileprivate var wholeAnswer: ResponseHead {
        var head = Self.answerHead
        for field in fields.all { head.fields.add(field.name, field.value) }
        return head
    }
}

extension ResponseHead {
    /// The answer to a call whose fields are more than the server takes. Clients tell by the status of gRPC what went
    /// wrong, and not by that of HTTP.
    package static let tooManyFieldsOfCall: ResponseHead = {
        var head = GRPCStatus(
            .resourceExhausted,
            "the header fields of the call are more, or have more bytes, than this server takes"
        ).wholeAnswer
        head.status = 431
        return head
    }()
}

extension Exchange {
    /// Answers a call with how it ended and nothing else.
    package func answer(_ status: GRPCStatus) {
        respond(status.wholeAnswer)
        finish()
    }
}
