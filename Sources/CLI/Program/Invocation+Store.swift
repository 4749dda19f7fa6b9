internal import Daybook
internal import DaybookStore

extension Invocation {
    var output: Output { surroundings.output }
    var errors: Output { surroundings.errors }
    var isJSON: Bool { arguments.has("json") }

    /// The folder of the store.
    var storePath: String {
        let named = arguments["store"] ?? surroundings.environment("DAYBOOK_STORE")
        return surroundings.absolute(named.flatMap { $0.isEmpty ? nil : $0 } ?? "daybook-data")
    }

    /// Opens the store, lets `body` work with it, and closes it whatever happens.
    func withStore(
        _ mode: EmbeddedStore.Mode, _ body: (any OpenedStore) async throws -> ExitCode
    ) async throws -> ExitCode {
        try await locating {
            let store = try await surroundings.stores.open(at: storePath, mode)
            let result: ExitCode
            do {
                try say(notes: store.openingNotes)
                result = try await body(store)
            } catch {
                // The first failure is the one that counts.
                try? await store.close()
                throw error
            }
            try await store.close()
            return result
        }
    }

    /// Verifies the store.
    func verifyStore(
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> VerifyReport {
        try await locating {
            try await surroundings.stores.verify(at: storePath, progress: progress)
        }
    }

    /// Does something with the store; where it fails, says in which folder.
    private func locating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch {
            if error is ReaderGone || error is Interrupted { throw error }
            throw Failure(error).inStore(at: storePath)
        }
    }

    /// Says on the error stream what is good to know, where nobody parses it.
    func say(notes: [String]) throws {
        guard !isJSON else { return }
        for note in notes { try errors.line(errors.style.paint("note: ", .changed) + note) }
        try errors.flush()
    }
}
