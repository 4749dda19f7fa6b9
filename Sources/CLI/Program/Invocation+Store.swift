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

    /// Says on the error stream what is good to know, where nobody parses it.
    func say(notes: [String]) throws {
        guard !isJSON else { return }
        for note in notes { try errors.line(errors.style.paint("note: ", .changed) + note) }
        try errors.flush()
    }
}
