internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC

extension WriteRefusal {
    /// The status with which a call ends.
    func status(_ stream: String, _ expected: ExpectedRevision?) -> GRPCStatus {
        switch self {
        case .invalid(let words): GRPCStatus(.invalidArgument, words)
        case .missingProperty(let name): .missingProperty(name)
        case .eventTooLarge(let id, _, let bytes): .eventTooLarge(id, bytes: bytes)
        case .appendTooLarge: .appendTooLarge()
        case .tooManyEvents:
            GRPCStatus(
                .invalidArgument,
                "an append has at most \(Limits.appendEventsMax) events: divide it")
        case .noRoom(let excess):
            GRPCStatus(
                .resourceExhausted,
                "the appends that are coming in take more than \(excess.words): try again later")
        case .store(let error): GRPCStatus(error, stream: stream, expected: expected)
        }
    }

    /// What is answered to one append of a `BatchAppend`.
    func failure(_ stream: String, _ expected: ExpectedRevision?) -> Streams.BatchFailure {
        let words = status(stream, expected).message
        switch self {
        case .invalid, .missingProperty, .eventTooLarge, .tooManyEvents:
            return .badRequest(words)
        case .appendTooLarge:
            return .appendTooLarge(maximum: UInt32(Limits.appendBytesMax), words)
        case .noRoom: return .unknown(words)
        case .store(let error):
            if error.isDeletion(expected) { return .streamDeleted(stream, words) }
            switch error.code {
            case .wrongRevision, .partialDuplicate:
                return .wrongRevision(
                    expected: expected ?? .any, current: error.actual?.last, words)
            case .invalid where StreamName.isReserved(stream): return .accessDenied(words)
            case .invalid, .tooLarge: return .badRequest(words)
            default: return .unknown(words)
            }
        }
    }
}
