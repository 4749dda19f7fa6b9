package import Daybook
package import DaybookGRPC
internal import DaybookProtobuf

extension Streams {
    /// Why an append of a `BatchAppend` was refused: a code, words, and one detail by which clients tell what it was.
    package struct BatchFailure: Hashable, Sendable {
        package var code: Int
        package var message: String
        package var detail: AnyMessage

        private init(
            _ code: GRPCStatus.Code, _ message: String, _ type: String,
            _ body: (inout ProtobufWriter) -> Void = { _ in }
        ) {
            self.code = code.rawValue
            self.message = message
            detail = AnyMessage("event_store.client." + type, body)
        }

        /// Another revision than expected.
        ///
        /// ```
        /// 1  uint64  current  | 2 empty no stream
        /// 3  uint64  expected | 4 empty any | 5 empty exists | 6 empty no stream
        /// ```
        /// - Parameter current: of the last event in the stream; nil where the stream has none.
        package static func wrongRevision(
            expected: ExpectedRevision, current: Revision?, _ message: String
        ) -> BatchFailure {
            BatchFailure(.alreadyExists, message, "WrongExpectedVersion") { writer in
                writer.revision(1, current, none: 2)
                switch expected {
                case .revision(let revision): writer.uint64(3, always: revision)
                case .any: writer.empty(4)
                case .streamExists: writer.empty(5)
                case .noStream: writer.empty(6)
                }
            }
        }

        package static func streamDeleted(_ stream: String, _ message: String) -> BatchFailure {
            BatchFailure(.notFound, message, "StreamDeleted") { $0.stream(1, stream) }
        }

        package static func accessDenied(_ message: String) -> BatchFailure {
            BatchFailure(.permissionDenied, message, "AccessDenied")
        }

        package static func timeout(_ message: String) -> BatchFailure {
            BatchFailure(.deadlineExceeded, message, "Timeout")
        }

        package static func unknown(_ message: String) -> BatchFailure {
            BatchFailure(.unknown, message, "Unknown")
        }

        package static func appendTooLarge(
            maximum: UInt32, _ message: String
        ) -> BatchFailure {
            BatchFailure(.invalidArgument, message, "MaximumAppendSizeExceeded") {
                $0.uint64(1, UInt64(maximum))
            }
        }

        package static func badRequest(_ message: String) -> BatchFailure {
            BatchFailure(.invalidArgument, message, "BadRequest") { $0.string(1, message) }
        }
    }
}
