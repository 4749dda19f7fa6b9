internal import Daybook
package import DaybookGRPC
internal import DaybookHTTP

extension StreamName {
    /// Whether nobody may write to a stream or delete it: it is the system's, and not the metadata of one that is not.
    static func isReserved(_ stream: String) -> Bool {
        isSystem(stream) && (try? validate(stream)) != nil && (try? validateWritten(stream)) == nil
    }
}

extension GRPCStatus {
    /// A stream is written by the system alone.
    package static func accessDenied(_ stream: String, _ words: String) -> GRPCStatus {
        GRPCStatus(
            .permissionDenied, "Write access to stream '\(stream)' is denied. \(words)",
            trailers: ["exception": "access-denied", "stream-name": stream])
    }
}
