package import Daybook
package import DaybookProtobuf

extension Streams {
    /// The answer to an `Append`.
    ///
    /// ```
    /// 1  message  success:  1 uint64 revision | 2 empty no stream,  3 message position | 4 empty no position
    /// 2  message  another revision than expected, for older clients in 1…5 and again for newer ones in 6…11:
    ///             1, 6 uint64 current | 2, 7 empty no stream,
    ///             3, 8 uint64 expected | 4, 9 empty any | 5, 10 empty exists | 11 empty no stream
    /// ```
    package enum AppendResponse: ProtobufEncodable, Hashable, Sendable {
        /// - Parameter revision: of the last event in the stream; nil where the stream has none.
        case success(revision: Revision?, position: Position?)
        /// - Parameter current: of the last event in the stream; nil where the stream has none.
        case wrongRevision(expected: ExpectedRevision, current: Revision?)

        package func encode(into writer: inout ProtobufWriter) {
            switch self {
            case .success(let revision, let position):
                writer.message(1) { writer in
                    writer.success(revision: revision, position: position)
                }
            case .wrongRevision(let expected, let current):
                writer.message(2) { writer in
                    writer.revision(1, current, none: 2)
                    switch expected {
                    case .revision(let revision): writer.uint64(3, always: revision)
                    case .any: writer.empty(4)
                    case .streamExists: writer.empty(5)
                    // Older clients have no word for it.
                    case .noStream: break
                    }
                    writer.revision(6, current, none: 7)
                    switch expected {
                    case .revision(let revision): writer.uint64(8, always: revision)
                    case .any: writer.empty(9)
                    case .streamExists: writer.empty(10)
                    case .noStream: writer.empty(11)
                    }
                }
            }
        }
    }

    /// The answer to a `Delete` or a `Tombstone`.
    ///
    /// ```
    /// 1  message  position | 2 empty no position
    /// ```
    package struct DeleteResponse: ProtobufEncodable, Hashable, Sendable {
        package var position: Position?

        package init(position: Position?) { self.position = position }

        package func encode(into writer: inout ProtobufWriter) {
            writer.position(1, position, none: 2)
        }
    }
}

extension ProtobufWriter {
    /// What an append that succeeded says of itself: the same in `Append` and `BatchAppend`.
    mutating func success(revision: Revision?, position: Position?) {
        self.revision(1, revision, none: 2)
        self.position(3, position, none: 4)
    }

    /// A revision, or the empty message that says that there is none.
    mutating func revision(_ field: Int, _ revision: Revision?, none: Int) {
        if let revision { uint64(field, always: revision) } else { empty(none) }
    }

    /// A position, or the empty message that says that there is none.
    mutating func position(_ field: Int, _ position: Position?, none: Int) {
        if let position { message(field, LogPosition(position)) } else { empty(none) }
    }
}
