internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC

/// `Delete` and `Tombstone`.
extension WritingDesk {
    func delete(
        _ kind: Deletion, _ request: Streams.DeleteRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> (any GRPCAnswer)? {
        guard let options = request.options, let expected = options.expected else {
            throw .nothingExpected
        }
        do throws(StoreError) {
            try appends.delete(
                options.stream, kind, expecting: expected.condition, on: call.loop, for: call
            ) { call, result in
                switch Self.answer(result, kind, options.stream, expected) {
                case .success(let response): call.reply(response)
                case .failure(let status): call.finish(status)
                }
            }
        } catch {
            throw GRPCStatus(error, stream: options.stream, expected: expected)
        }
        return nil
    }

    /// Deleting what is deleted already is done already. A stream that never was is one of another revision than
    /// expected, whatever was expected: so clients know it.
    private static func answer(
        _ result: Result<Position, StoreError>, _ kind: Deletion, _ stream: String,
        _ expected: ExpectedRevision
    ) -> Result<Streams.DeleteResponse, GRPCStatus> {
        switch result {
        case .success(let position): return .success(Streams.DeleteResponse(position: position))
        case .failure(let error) where error.code == .streamNotFound:
            if kind == .soft, case .softDeleted = error.actual {
                return .success(Streams.DeleteResponse(position: nil))
            }
            return .failure(.wrongRevision(of: stream, expected: expected, current: nil))
        case .failure(let error):
            return .failure(GRPCStatus(error, stream: stream, expected: expected))
        }
    }
}
