internal import Daybook
internal import DaybookClient
internal import DaybookStore

/// What the scripts of the shells ask while a line is typed, and are answered at once.
///
/// ```
/// daybook --complete SHELL BEFORE BEHIND [REPLACED]
///
///   BEFORE    the line up to the cursor       REPLACED  the end of BEFORE that the shell types anew:
///   BEHIND    the rest of it                            bash divides words at = : @ and <
///
/// words                 or stems, files, folders, file-behind: what is to be typed
/// --store=              what stands before it in the same word
/// one                   a candidate a line, for bash as it is typed,
/// two:What it means     for zsh with what it means
/// ```
struct CompletionCall {
    static let option = "--complete"

    /// A person waits for it.
    static let timeMax = Duration.seconds(1)
    /// A store that has to read more events to be opened is not waited for.
    private static let eventsToReadMax: Position = 500_000

    private let shell: Shell
    private let line: ShellLine
    private let behind: [String]
    private let replaced: String?
    private let surroundings: Surroundings

    init?(_ words: [String], _ surroundings: Surroundings) {
        guard words.count >= 3, let shell = Shell(rawValue: words[0]) else { return nil }
        self.shell = shell
        self.surroundings = surroundings
        line = ShellLine(words[1])
        // Up to the first space it is the rest of the word with the cursor.
        behind = ShellLine(words[2].drop { !$0.isWhitespace }).allWords
        replaced = words.count > 3 ? words[3] : nil
    }

    /// The lines of the answer.
    func answer(within limit: Duration = timeMax) async -> [String] {
        if line.isRedirection { return ["files", ""] }
        let completion = Completion(Array(line.words.dropFirst()), line.last, behind: behind)
        let (kind, candidates) = await candidates(completion, limit)
        let prefix = String(completion.prefix.unicodeScalars.dropFirst(kept))
        return [kind, prefix] + lines(candidates, completion)
    }

    private func candidates(
        _ completion: Completion, _ limit: Duration
    ) async -> (kind: String, [Completion.Candidate]) {
        switch completion.value {
        case .file: return (completion.prefix.hasSuffix("@") ? "file-behind" : "files", [])
        case .folder: return ("folders", [])
        case .payload: return ("stems", completion.candidates)
        case .text, .choice, .words: return ("words", completion.candidates)
        case .stream, .category, .journal:
            let found = await names(completion, limit)
            if found.names.isEmpty { return ("words", completion.candidates) }
            return (
                found.areStems ? "stems" : "words",
                found.names.map { Completion.Candidate(text: $0, summary: "") }
            )
        }
    }

    private func lines(
        _ candidates: [Completion.Candidate], _ completion: Completion
    ) -> [String] {
        // A line holds one of them.
        let candidates = candidates.filter { !$0.text.unicodeScalars.contains(where: \.isControl) }
        guard shell == .bash else {
            return candidates.map { candidate in
                let text = candidate.text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
                return candidate.summary.isEmpty ? text : text + ":" + candidate.summary
            }
        }
        return candidates.filter { $0.text.utf8.starts(with: completion.typed.utf8) }.map {
            let word = (completion.prefix + $0.text).unicodeScalars.dropFirst(kept)
            return ShellLine.typed(String(word), behind: line.quote)
        }
    }

    /// So much of the word at the cursor the shell leaves as it is.
    private var kept: Int {
        guard let replaced, line.lastTyped.hasSuffix(replaced) else { return 0 }
        return ShellLine(line.lastTyped.dropLast(replaced.count)).last.unicodeScalars.count
    }

    // MARK: Asking the store

    /// Names from the store that the line is about, or none where they would have to be waited for. Whatever fails is
    /// told when the line is run.
    private func names(_ completion: Completion, _ limit: Duration) async -> StoreNames {
        guard let declaration = completion.declaration else { return StoreNames() }
        var arguments = completion.arguments
        if let store = arguments["store"], store.hasPrefix("~/") {
            // The shell puts the folder there when the line is run.
            arguments.replace(
                "store", (surroundings.environment("HOME") ?? "~") + store.dropFirst())
        }
        let invocation = Invocation(
            declaration: declaration, arguments: arguments, surroundings: surroundings)
        // The first to come counts, and nobody waits for the others.
        let (answers, answer) = AsyncStream<StoreNames>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        let timer = Task {
            try? await Task.sleep(for: limit)
            answer.yield(StoreNames())
        }
        Task {
            let names = try? await look(invocation, completion) { answer.yield(StoreNames()) }
            answer.yield(names ?? StoreNames())
        }
        defer { timer.cancel() }
        for await names in answers { return names }
        return StoreNames()
    }

    private func look(
        _ invocation: Invocation, _ completion: Completion,
        isSlow: @escaping @Sendable () -> Void
    ) async throws -> StoreNames {
        if let server = try invocation.server() {
            let store = try await RemoteStore.connect(to: server, journal: invocation.namedJournal)
            if completion.value != .journal { return try await names(in: store, completion) }
            let journals = try await store.journals()
            try await store.close()
            return StoreNames(names: journals)
        }
        let (stores, storePath) = (surroundings.stores, try invocation.storePath)
        if completion.value == .journal {
            return StoreNames(names: try await stores.journals(at: storePath).map(\.name))
        }
        let store = try await stores.open(
            at: storePath, .readOnly, journal: invocation.namedJournal ?? JournalName.main
        ) { done, all in
            if all - min(done, all) > Self.eventsToReadMax { isSlow() }
        }
        return try await names(in: store, completion)
    }

    private func names(
        in store: any EventStore, _ completion: Completion
    ) async throws -> StoreNames {
        let names =
            completion.value == .category
            ? try await StoreNames.categories(beginning: completion.typed, in: store)
            : try await StoreNames.streams(beginning: completion.typed, in: store)
        try await store.close()
        return names
    }
}
