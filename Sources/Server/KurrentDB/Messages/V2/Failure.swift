package import Daybook
package import DaybookGRPC
package import DaybookProtobuf

extension StreamsV2 {
    /// Why an append was refused: a status, and a detail by which clients tell what it was.
    package struct Failure: Hashable, Sendable {
        private let code: GRPCStatus.Code
        private let detail: AnyMessage

        private init(
            _ code: GRPCStatus.Code, _ detail: String, _ body: (inout ProtobufWriter) -> Void
        ) {
            self.code = code
            let type = "kurrentdb.protocol.v2.streams.errors." + detail + "ErrorDetails"
            self.detail = AnyMessage(type, body)
        }

        /// The status with which the call ends. Its message stands in the details again, the same to the byte: clients
        /// compare them.
        package func status(_ message: String) -> GRPCStatus {
            let message = message.cut(toBytes: GRPCStatus.messageBytesMax)
            let status = RPCStatus(code: code.rawValue, message: message, details: [detail])
            return GRPCStatus(code, message, details: status.encoded())
        }

        /// 1 string stream
        package static func streamTombstoned(_ stream: String) -> Failure {
            Failure(.failedPrecondition, "StreamTombstoned") { $0.string(1, stream) }
        }

        /// 1 string stream, 2 sint64 expected, 3 sint64 actual
        package static func revisionConflict(
            _ stream: String, expected: StreamState, actual: StreamState
        ) -> Failure {
            Failure(.failedPrecondition, "StreamRevisionConflict") { writer in
                writer.state(of: stream, expected, actual)
            }
        }

        /// 1 string stream, 2 string id of the record, 3 int32 bytes, 4 int32 most bytes
        package static func recordTooLarge(
            _ stream: String, id: EventID, bytes: Int, bytesMax: Int
        ) -> Failure {
            Failure(.invalidArgument, "AppendRecordSizeExceeded") { writer in
                writer.string(1, stream)
                writer.string(2, id.description)
                writer.int64(3, Int64(Int32(clamping: bytes)))
                writer.int64(4, Int64(Int32(clamping: bytesMax)))
            }
        }

        /// 1 int32 bytes, 2 int32 most bytes
        package static func appendTooLarge(bytes: Int, bytesMax: Int) -> Failure {
            Failure(.aborted, "AppendTransactionSizeExceeded") { writer in
                writer.int64(1, Int64(Int32(clamping: bytes)))
                writer.int64(2, Int64(Int32(clamping: bytesMax)))
            }
        }

        /// 1 string stream
        package static func streamAlreadyInSession(_ stream: String) -> Failure {
            Failure(.aborted, "StreamAlreadyInAppendSession") { $0.string(1, stream) }
        }

        /// 1 repeated message: see Violation
        package static func checksFailed(_ violations: [Violation]) -> Failure {
            Failure(.failedPrecondition, "AppendConsistencyViolation") { writer in
                for violation in violations { writer.message(1, violation) }
            }
        }
    }

    /// A check that failed.
    ///
    /// ```
    /// 1  int32    its number
    /// 2  message  as in a revision conflict
    /// ```
    package struct Violation: ProtobufEncodable, Hashable, Sendable {
        /// Its place in the request, from 0.
        package var check: Int
        package var stream: String
        package var expected: StreamState
        package var actual: StreamState

        package init(check: Int, stream: String, expected: StreamState, actual: StreamState) {
            self.check = check
            self.stream = stream
            self.expected = expected
            self.actual = actual
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.int64(1, Int64(check))
            writer.message(2) { $0.state(of: stream, expected, actual) }
        }
    }
}

extension ProtobufWriter {
    fileprivate mutating func state(
        of stream: String, _ expected: StreamsV2.StreamState, _ actual: StreamsV2.StreamState
    ) {
        string(1, stream)
        sint64(2, expected.number)
        sint64(3, actual.number)
    }
}
