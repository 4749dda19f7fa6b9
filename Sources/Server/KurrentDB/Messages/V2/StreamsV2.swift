package import Daybook
internal import DaybookProtobuf

/// The service `kurrentdb.protocol.v2.streams.StreamsService`: its methods and their messages.
package enum StreamsV2 {
    package static let service = "kurrentdb.protocol.v2.streams.StreamsService"
    package static let appendSession = "/" + service + "/AppendSession"
    package static let appendRecords = "/" + service + "/AppendRecords"
}

extension StreamsV2 {
    /// What a stream is, or is expected to be: a revision, or one of these numbers below zero.
    package enum StreamState: Hashable, Sendable {
        case revision(Revision)
        case noStream, any, exists, softDeleted, tombstoned

        /// The number of a state, nil for one that is none.
        package init?(number: Int64) {
            switch number {
            case 0...: self = .revision(Revision(number))
            case -1: self = .noStream
            case -2: self = .any
            case -4: self = .exists
            case -5: self = .softDeleted
            case -6: self = .tombstoned
            default: return nil
            }
        }

        package var number: Int64 {
            switch self {
            case .revision(let revision): Int64(clamping: revision)
            case .noStream: -1
            case .any: -2
            case .exists: -4
            case .softDeleted: -5
            case .tombstoned: -6
            }
        }
    }
}

extension ProtobufReader {
    mutating func streamState() throws(ProtobufError) -> StreamsV2.StreamState {
        let number = try sint64()
        guard let state = StreamsV2.StreamState(number: number) else {
            throw invalid("\(number) is no state of a stream")
        }
        return state
    }
}
