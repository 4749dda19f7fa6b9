internal import Daybook
internal import DaybookClient
internal import DaybookStore
internal import Synchronization

extension Invocation {
    var output: Output { surroundings.output }
    var errors: Output { surroundings.errors }
    var isJSON: Bool { arguments.has("json") }

    /// The folder of the store.
    var storePath: String {
        get throws(Failure) {
            if let named = arguments["store"] ?? variable("DAYBOOK_STORE"), !named.isEmpty {
                return surroundings.absolute(named)
            }
            // Whoever named a server does not mean a folder that happens to lie here.
            if variable("DAYBOOK_URL") != nil {
                throw .needsFolder(
                    declaration.name + (arguments.has("exact") ? " --exact" : ""), "DAYBOOK_URL")
            }
            return surroundings.absolute("daybook-data")
        }
    }

    /// A variable of the environment, nil where it is empty.
    private func variable(_ name: String) -> String? {
        surroundings.environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The server that was named in place of a folder, nil where none was.
    /// - Throws: `Failure` of usage where it is not clear which of the two is meant.
    func server() throws -> ServerAddress? {
        if let url = arguments["url"] {
            try arguments.refuse("url", with: "store", why: "a store is in a folder or at a server")
            return try Self.address(url)
        }
        guard declaration.option("url") != nil, !arguments.has("store"), !arguments.has("exact"),
            let url = variable("DAYBOOK_URL")
        else { return nil }
        if variable("DAYBOOK_STORE") != nil {
            throw Failure.usage(
                "it is not clear which store is meant",
                why: "both DAYBOOK_URL and DAYBOOK_STORE are set",
                remedy: "Unset one of them, or say `--url` or `--store`.")
        }
        return try Self.address(url)
    }

    /// A server as it was named.
    static func address(_ url: String) throws(Failure) -> ServerAddress {
        do throws(StoreError) { return try ServerAddress(url) } catch {
            throw .usage(error.what, why: error.why, remedy: error.remedy)
        }
    }

    /// The journal that was named; nil where none was.
    var namedJournal: String? { arguments["journal"] }

    /// The journal to copy or to mend: the one that was named, or `main` where the store has no other. None is left
    /// out in silence.
    func onlyJournal() async throws -> String {
        let storePath = try storePath
        do throws(StoreError) {
            return try await EmbeddedStore.onlyJournal(namedJournal, at: storePath)
        } catch {
            if namedJournal == nil && error.code == .invalid {
                throw Failure.usage(error.what, why: error.why, remedy: error.remedy)
            }
            throw Failure(error).inStore(at: storePath)
        }
    }

    /// The journals of the store that are asked for: all of them, or the one that was named.
    func journals() async throws -> [JournalInfo] {
        try await locating { storePath in
            if let namedJournal { try JournalName.validate(namedJournal) }
            let all = try await surroundings.stores.journals(at: storePath)
            guard let namedJournal else { return all }
            let named = all.filter { $0.name == namedJournal }
            if named.isEmpty { throw StoreError.noJournal(namedJournal, among: all.map(\.name)) }
            return named
        }
    }

    /// Opens the journal that was named, or `main`, lets `body` work with it, and closes it whatever happens. It is in a
    /// folder, or a server has it open.
    func withStore(
        _ mode: EmbeddedStore.Mode, _ body: (any OpenedStore) async throws -> ExitCode
    ) async throws -> ExitCode {
        if try server() == nil { return try await withFolder(mode) { try await body($0) } }
        return try await withServer { try await body($0) }
    }

    /// The same with the server that was named.
    func withServer(_ body: (RemoteStore) async throws -> ExitCode) async throws -> ExitCode {
        guard let server = try server() else { preconditionFailure("no server was named") }
        var options = RemoteStoreOptions()
        options.connectPatience = Self.connectPatience
        let store = try await RemoteStore.connect(
            to: server, journal: namedJournal, options: options)
        return try await closing(store) { try await body(store) }
    }

    /// Whoever waits at a terminal hears soon that there is no server.
    private static let connectPatience = Duration.seconds(2)

    /// The same with a folder of this machine.
    func withFolder(
        _ mode: EmbeddedStore.Mode, journal: String? = nil,
        _ body: (any FolderStore) async throws -> ExitCode
    ) async throws -> ExitCode {
        try await locating { storePath in
            let name = journal ?? namedJournal ?? JournalName.main
            let store = try await open(mode, at: storePath, journal: name)
            return try await closing(store) { try await body(store) }
        }
    }

    private func closing(
        _ store: any OpenedStore, after body: () async throws -> ExitCode
    ) async throws -> ExitCode {
        let result: ExitCode
        do {
            try say(notes: store.openingNotes)
            result = try await body()
        } catch {
            // The first failure is the one that counts.
            try? await store.close()
            throw error
        }
        try await store.close()
        return result
    }

    /// Opens a journal; where much of it has to be read, a line says how far it is.
    private func open(
        _ mode: EmbeddedStore.Mode, at storePath: String, journal: String
    ) async throws -> any FolderStore {
        let line = Mutex(ProgressLine(errors, surroundings.time))
        defer { line.withLock { $0.clear() } }
        return try await surroundings.stores.open(at: storePath, mode, journal: journal) {
            done, all in
            if all < Self.eventsWorthALine { return }
            line.withLock {
                $0.update {
                    "opening \(ProgressLine.bar(Int(done), of: Int(all))) of "
                        + Quantity.count(all, "event")
                }
            }
        }
    }

    /// Fewer are read before anybody looks.
    private static let eventsWorthALine: Position = 200_000

    /// Verifies the store: all of its journals, or the one that was named.
    func verifyStore(
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> VerifyReport {
        try await locating { storePath in
            try await surroundings.stores.verify(
                at: storePath, journal: namedJournal, progress: progress)
        }
    }

    /// Does something with the folder of the store; where it fails, says in which.
    private func locating<Result>(
        _ body: (_ storePath: String) async throws -> Result
    ) async throws -> Result {
        let storePath = try storePath
        do { return try await body(storePath) } catch {
            if error is ReaderGone || error is Interrupted { throw error }
            throw await suggesting(Failure(error).inStore(at: storePath), storePath)
        }
    }

    /// The same, with the journal that was probably meant where there is none of the name.
    private func suggesting(_ failure: Failure, _ storePath: String) async -> Failure {
        guard let namedJournal, failure.code == StoreError.Code.notFound.description,
            let journals = try? await surroundings.stores.journals(at: storePath)
        else { return failure }
        var failure = failure
        failure.remedy =
            Suggestion.words(for: namedJournal, among: journals.map(\.name)) + failure.remedy
        return failure
    }

    /// Says on the error stream what is good to know, where nobody parses it.
    func say(notes: [String]) throws {
        guard !isJSON else { return }
        for note in notes { try errors.line(errors.style.paint("note: ", .changed) + note) }
        try errors.flush()
    }
}
