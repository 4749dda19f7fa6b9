internal import Daybook
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
        case .invalid, .missingProperty, .noRoom: return refusal.status("", nil)
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
        guard let failed = place(of: error).map({ all[$0] }) else { return GRPCStatus(error) }
        let state = StreamsV2.StreamState(actual)
        return StreamsV2.Failure.revisionConflict(
            failed.stream, expected: failed.state, actual: state
        ).status(
            "Append failed due to a revision conflict on stream '\(failed.stream)'. "
                + "Expected revision: \(failed.state.number), Actual revision: \(state.number)")
    }
}
