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

    package init(_ code: Code, _ message: String = "", trailers: HTTPFields = [:]) {
        self.code = code
        self.message = message
        self.trailers = trailers
    }

    package static let ok = GRPCStatus(.ok)
}
