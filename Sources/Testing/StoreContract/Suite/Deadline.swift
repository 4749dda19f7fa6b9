internal import Daybook

// Not a measure of speed: a store that loses an event would otherwise be waited for for ever.

/// The answer of the body, or a failure where it takes longer; the body is cancelled then.
func withDeadline<Answer: Sendable>(
    _ limit: Duration, _ about: String, _ body: @escaping @Sendable () async throws -> Answer
) async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try? await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        // The first to come: the answer, its failure, or the end of the time.
        if let first = try await group.next(), let answer = first { return answer }
        throw ContractFailure("\(about): no end within \(limit)")
    }
}

extension Task where Failure == any Error {
    /// The value of the task, which is cancelled with the one that waits for it.
    var answer: Success {
        get async throws {
            try await withTaskCancellationHandler {
                try await value
            } onCancel: {
                cancel()
            }
        }
    }
}
