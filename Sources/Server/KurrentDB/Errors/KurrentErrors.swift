package import Daybook
package import DaybookGRPC
internal import DaybookHTTP

extension GRPCStatus {
    /// An error of the store as KurrentDB's clients know it: by the code, for some by their words, and for most by
    /// the trailers `exception` and what belongs to it.
    /// - Parameters:
    ///   - stream: What was read or written; nil where it was no one stream.
    ///   - expected: What a writer expected of the stream.
    package init(_ error: StoreError, stream: String? = nil, expected: ExpectedRevision? = nil) {
        if error.isDeletion(expected) {
            self = .streamDeleted(stream ?? "")
            return
        }
        switch error.code {
        // Where some of an append was recorded before KurrentDB says the same.
        case .wrongRevision, .partialDuplicate:
            self = .wrongRevision(
                of: stream ?? "", expected: expected ?? .any, current: error.actual?.last)
        case .invalid where stream.map(StreamName.isReserved) == true:
            self = .accessDenied(stream ?? "", error.description)
        case .streamNotFound: self = .streamNotFound(stream ?? "", error.description)
        case .closed: self = .notReady
        default: self.init(Self.code(of: error.code), error.description)
        }
    }

    private static func code(of code: StoreError.Code) -> Code {
        switch code {
        case .invalid, .tooLarge, .wrongCheckpoint: .invalidArgument
        case .conflict, .wrongToken, .conditionTooOld, .readOnly: .failedPrecondition
        // It heals by itself, when there is room.
        case .diskFull: .resourceExhausted
        // Reads go on, but whoever writes has to wait for the server to be started again.
        case .poisoned, .locked: .unavailable
        case .outcomeUnknown: .unknown
        case .corrupt: .dataLoss
        case .cancelled: .cancelled
        default: .internal
        }
    }

    /// There is no store yet, or no more. In these words clients know that they may try again.
    package static let notReady = GRPCStatus(.unavailable, "Server Is Not Ready")

    /// All places for subscriptions are taken.
    static let tooManySubscriptions = GRPCStatus(
        .resourceExhausted,
        "as many subscriptions as the server allows are under way: end one, or have "
            + "`subscribers-max` raised")

    /// A stream is at another revision than its writer expected. The words are read by clients.
    /// - Parameter current: Of the last event in the stream; nil where it has none.
    package static func wrongRevision(
        of stream: String, expected: ExpectedRevision, current: Revision?
    ) -> GRPCStatus {
        let actual = current.map(String.init)
        return GRPCStatus(
            .failedPrecondition,
            "Append failed due to WrongExpectedVersion. Stream: \(stream), "
                + "Expected version: \(expected.number), Actual version: \(actual ?? "-1")",
            trailers: [
                "exception": "wrong-expected-version", "stream-name": stream,
                "expected-version": String(expected.number), "actual-version": actual ?? "",
            ])
    }

    /// A stream was deleted for good. The words are read by clients.
    package static func streamDeleted(_ stream: String) -> GRPCStatus {
        GRPCStatus(
            .failedPrecondition, "Event stream '\(stream)' is deleted.",
            trailers: ["exception": "stream-deleted", "stream-name": stream])
    }

    package static func streamNotFound(_ stream: String, _ message: String) -> GRPCStatus {
        GRPCStatus(
            .notFound, message,
            trailers: ["exception": "stream-not-found", "stream-name": stream])
    }

    /// All events of an append together have too many bytes.
    package static func appendTooLarge() -> GRPCStatus {
        let most = String(Limits.appendBytesMax)
        return GRPCStatus(
            .invalidArgument,
            "Maximum Append Size of \(most) Exceeded: divide the append",
            trailers: [
                "exception": "maximum-append-size-exceeded", "maximum-append-size": most,
            ])
    }

    /// One event has too many bytes.
    package static func eventTooLarge(_ id: EventID, bytes: Int) -> GRPCStatus {
        GRPCStatus(
            .invalidArgument,
            "Event \(id) has \(bytes) bytes, and at most \(Limits.eventBytesMax) are taken",
            trailers: [
                "exception": "maximum-append-event-size-exceeded", "event-id": id.description,
                "proposed-append-event-size": String(bytes),
                "maximum-append-event-size": String(Limits.eventBytesMax),
            ])
    }

    /// An event came without its type, or what its data are.
    package static func missingProperty(_ name: String) -> GRPCStatus {
        GRPCStatus(
            .invalidArgument, "Required Metadata Property '\(name)' is missing",
            trailers: [
                "exception": "missing-required-metadata-property",
                "required-metadata-properties": "type,content-type",
            ])
    }
}

extension StoreError {
    /// Whether clients know it as a stream that is deleted: by a tombstone, or softly where it was to exist.
    /// - Parameter expected: What a writer expected of the stream.
    func isDeletion(_ expected: ExpectedRevision?) -> Bool {
        if code == .wrongRevision, expected == .streamExists, case .softDeleted = actual {
            return true
        }
        return code == .streamDeleted
    }
}

extension StreamState {
    /// The revision of the last event, as clients are told it; nil where there is none.
    var last: Revision? {
        switch self {
        case .live(let last), .softDeleted(let last): last
        case .tombstoned(let last): last
        case .never, .onlyMetadata: nil
        }
    }
}

extension ExpectedRevision {
    /// What is expected, to the store.
    var condition: StreamCondition {
        switch self {
        case .revision(let revision): .revision(revision)
        case .noStream: .none
        case .any: .any
        case .streamExists: .exists
        }
    }

    /// As a number, in words and trailers.
    var number: Int64 {
        switch self {
        case .revision(let revision): Int64(clamping: revision)
        case .noStream: -1
        case .any: -2
        case .streamExists: -4
        }
    }
}

extension GRPCStatus {
    /// A request that does not mean anything.
    static func invalid(_ words: String) -> GRPCStatus { GRPCStatus(.invalidArgument, words) }
}
