package import Daybook
package import DaybookProtobuf

extension Streams {
    /// The answer to one append of a `BatchAppend`.
    ///
    /// ```
    /// 1    message  correlation
    /// 2    message  error:  1 int32 code, 2 string message, 3 message details (one, not repeated)
    /// 3    message  success, as in AppendResponse
    /// 4    message  name of the stream
    /// 5…8           what was expected: 5 uint64 revision | 6 empty no stream | 7 empty any | 8 empty exists
    /// ```
    package struct BatchAppendResponse: ProtobufEncodable, Hashable, Sendable {
        package enum Result: Hashable, Sendable {
            /// - Parameter revision: of the last event in the stream; nil where the stream has none.
            case success(revision: Revision?, position: Position?)
            case failure(BatchFailure)
        }

        package var correlation: SentUUID
        package var result: Result
        package var stream: String
        package var expected: ExpectedRevision?

        package init(
            correlation: SentUUID, result: Result, stream: String, expected: ExpectedRevision?
        ) {
            self.correlation = correlation
            self.result = result
            self.stream = stream
            self.expected = expected
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.uuid(1, correlation)
            switch result {
            case .success(let revision, let position):
                writer.message(3) { writer in
                    writer.success(revision: revision, position: position)
                }
            case .failure(let failure):
                writer.message(2) { writer in
                    writer.int64(1, Int64(failure.code))
                    writer.string(2, failure.message)
                    writer.message(3, failure.detail)
                }
            }
            writer.stream(4, stream)
            switch expected {
            case .revision(let revision): writer.uint64(5, always: revision)
            case .noStream: writer.empty(6)
            case .any: writer.empty(7)
            case .streamExists: writer.empty(8)
            case nil: break
            }
        }
    }
}
