internal import Daybook
internal import DaybookGRPC

extension StreamsV2.Plan {
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

    private func status(_ error: StoreError) -> GRPCStatus {
        guard let actual = error.actual else { return GRPCStatus(error) }
        let failed = expectations.first { expectation in
            error.isAbout(expectation.stream) && !expectation.state.condition.isMet(by: actual)
        }
        if let failed, !isSession {
            return StreamsV2.Failure.checksFailed([
                StreamsV2.Violation(
                    check: failed.check, stream: failed.stream, expected: failed.state,
                    actual: StreamsV2.StreamState(actual))
            ]).status(error.description)
        }
        if case .tombstoned = actual {
            let stream = failed?.stream ?? written(error)
            return StreamsV2.Failure.streamTombstoned(stream).status(
                "Stream '\(stream)' is tombstoned")
        }
        guard let failed else { return GRPCStatus(error) }
        let state = StreamsV2.StreamState(actual)
        return StreamsV2.Failure.revisionConflict(
            failed.stream, expected: failed.state, actual: state
        ).status(
            "Append failed due to a revision conflict on stream '\(failed.stream)'. "
                + "Expected revision: \(failed.state.number), Actual revision: \(state.number)")
    }

    /// The stream of an event that is in the way of an error.
    private func written(_ error: StoreError) -> String {
        proposed.append.entries.first { error.isAbout($0.stream) }?.stream ?? ""
    }
}

extension StoreError {
    /// Whether its place is a stream.
    fileprivate func isAbout(_ stream: String) -> Bool {
        place == "stream \(Self.quoted(stream))"
    }
}
