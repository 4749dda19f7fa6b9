internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC

extension StreamsV2 {
    /// A state that the client expects of a stream.
    struct Expectation {
        /// Its place among the checks of the request.
        let check: Int
        let stream: String
        let state: StreamState
    }

    /// What each condition of an append was in its request, so that a failure can be told in its words.
    struct Expectations {
        /// Whether failures are those of checks, or of streams of a session.
        let isSession: Bool
        var all: [Expectation] = []

        init(isSession: Bool) { self.isSession = isSession }
    }
}

extension StreamsV2.Expectations {
    /// The status with which the call ends, with the details by which clients tell failures apart.
    func status(_ refusal: WriteRefusal) -> GRPCStatus {
        let words = refusal.status("", nil).message
        switch refusal {
        case .eventTooLarge(let id, let stream, let bytes):
            return StreamsV2.Failure.recordTooLarge(
                stream, id: id, bytes: bytes, bytesMax: Limits.eventBytesMax
            ).status(words)
        case .appendTooLarge(let bytes):
            return StreamsV2.Failure.appendTooLarge(bytes: bytes, bytesMax: Limits.appendBytesMax)
                .status(words)
        case .store(let error): return status(error)
        case .invalid, .missingProperty, .tooManyEvents, .noRoom: return refusal.status("", nil)
        }
    }

    /// Where in the list the expectation is that failed.
    func place(of error: StoreError) -> Int? {
        guard let actual = error.actual else { return nil }
        return all.firstIndex { expectation in
            error.stream?.isSpelled(as: expectation.stream) == true
                && !expectation.state.condition.isMet(by: actual)
        }
    }

    /// The status where it is no check that failed.
    func status(_ error: StoreError) -> GRPCStatus {
        guard let actual = error.actual else { return GRPCStatus(error) }
        if case .tombstoned = actual {
            let stream = error.stream ?? ""
            return StreamsV2.Failure.streamTombstoned(stream).status(
                "Stream '\(stream)' is tombstoned")
        }
        if error.code == .partialDuplicate {
            let stream = error.stream ?? ""
            let expected = all.first { $0.stream.isSpelled(as: stream) }?.state ?? .any
            return conflict(stream, expected: expected, actual, ". " + error.description)
        }
        guard let failed = place(of: error).map({ all[$0] }) else { return GRPCStatus(error) }
        return conflict(failed.stream, expected: failed.state, actual)
    }

    private func conflict(
        _ stream: String, expected: StreamsV2.StreamState, _ actual: StreamState,
        _ reason: String = ""
    ) -> GRPCStatus {
        let actual = StreamsV2.StreamState(actual)
        return StreamsV2.Failure.revisionConflict(stream, expected: expected, actual: actual)
            .status(
                "Append failed due to a revision conflict on stream '\(stream)'. "
                    + "Expected revision: \(expected.number), Actual revision: \(actual.number)"
                    + reason)
    }
}
