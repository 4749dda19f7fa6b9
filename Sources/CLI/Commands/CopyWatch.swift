internal import Daybook
internal import DaybookStore
internal import Synchronization

/// Shows how far a long copy has come, and lets a request to end call it off.
final class CopyWatch: Sendable {
    private let what: String
    private let interruption: Interruption
    // Told from the thread that copies.
    private let line: Mutex<ProgressLine>

    init(_ what: String, _ invocation: Invocation) {
        self.what = what
        interruption = invocation.surroundings.interruption
        line = Mutex(ProgressLine(invocation.errors, invocation.surroundings.time))
    }

    /// Runs a copy of what lies in a folder; where it fails, says in which.
    /// - Throws: `Interrupted`, `Failure`.
    func run<Result>(
        of folder: String, _ body: (@escaping CopyProgress) async throws -> Result
    ) async throws -> Result {
        interruption.listen {}
        defer { line.withLock { $0.clear() } }
        do {
            return try await body { done, total throws(StoreError) in
                try self.show(done, total)
            }
        } catch {
            try interruption.check()
            throw Failure(error).inStore(at: folder)
        }
    }

    private func show(_ done: Int, _ total: Int) throws(StoreError) {
        if interruption.isRequested { throw .cancelled() }
        line.withLock {
            $0.update { "\(what) \(ProgressLine.bar(done, of: total)) of \(Quantity.bytes(total))" }
        }
    }
}
