package import Daybook
package import DaybookProtobuf

extension Streams {
    /// A message of the answer to a `Read`, all but events, which ``EventEncoder`` writes from where they lie.
    ///
    /// ```
    /// 1  message  event
    /// 2  message  confirmation of a subscription: 1 string its id
    /// 3  message  checkpoint: 1 uint64 commit, 2 uint64 prepare, 3 message instant
    /// 4  message  stream not found: 1 message its name
    /// 5  uint64   first revision of the stream
    /// 6  uint64   last revision of the stream
    /// 8  message  caught up: 1 message instant, 2 int64 revision, 3 message position
    /// 9  message  fell behind: the same
    /// ```
    package enum ReadResponse: ProtobufEncodable, Hashable, Sendable {
        case confirmation(subscription: String)
        case checkpoint(Position, Timestamp)
        case streamNotFound(String)
        case firstRevision(Revision)
        case lastRevision(Revision)
        /// - Parameters:
        ///   - revision: of the last event read of a stream; nil where none was, or where all is read.
        ///   - position: the same where all is read.
        case caughtUp(Timestamp, revision: Revision?, position: Position?)
        case fellBehind(Timestamp, revision: Revision?, position: Position?)

        package func encode(into writer: inout ProtobufWriter) {
            switch self {
            case .confirmation(let id): writer.message(2) { $0.string(1, id) }
            case .checkpoint(let position, let instant):
                writer.message(3) { writer in
                    LogPosition(position).encode(into: &writer)
                    writer.message(3, SecondsAndNanos(instant))
                }
            case .streamNotFound(let name): writer.message(4) { $0.stream(1, name) }
            case .firstRevision(let revision): writer.uint64(5, always: revision)
            case .lastRevision(let revision): writer.uint64(6, always: revision)
            case .caughtUp(let instant, let revision, let position):
                writer.place(8, instant, revision, position)
            case .fellBehind(let instant, let revision, let position):
                writer.place(9, instant, revision, position)
            }
        }
    }
}

extension ProtobufWriter {
    fileprivate mutating func place(
        _ field: Int, _ instant: Timestamp, _ revision: Revision?, _ position: Position?
    ) {
        message(field) { writer in
            writer.message(1, SecondsAndNanos(instant))
            if let revision { writer.uint64(2, always: revision) }
            writer.message(3, position.map { LogPosition($0) })
        }
    }
}
