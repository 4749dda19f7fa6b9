internal import Daybook
internal import DaybookPlatform

/// The command as a whole: finds the subcommand, runs it, and says how it went.
enum Program {
    static let version = "0.1.0"

    /// Runs with the arguments and streams of this process.
    static func main() async -> Int32 {
        Host.raiseOpenFilesMax()
        Host.returnLargeBlocksAtOnce()
        let interruption = Interruption()
        let time = SystemTime()
        // Without it the first Ctrl-C ends the process, which harms nothing that was acknowledged.
        try? Host.onSignal { _ in
            if !interruption.request(at: time.bootNanoseconds()) {
                Host.exit(ExitCode.interrupted.rawValue)
            }
        }
        let surroundings = Surroundings(
            output: StandardStream.output(.output), errors: StandardStream.output(.error),
            stores: EmbeddedStores(), time: time, interruption: interruption,
            environment: { Host.environment($0) }, variables: { Host.environment() },
            onHangUp: { body in try? Host.onSignal([.hangUp]) { _ in body() } },
            directory: Host.currentDirectory(),
            input: ChunkReader.standardInput)
        return await run(Array(CommandLine.arguments.dropFirst()), surroundings).rawValue
    }

    /// Runs with these arguments.
    static func run(_ words: [String], _ surroundings: Surroundings) async -> ExitCode {
        do {
            let exit = try await dispatch(words, surroundings)
            try surroundings.output.flush()
            try surroundings.errors.flush()
            return exit
        } catch is ReaderGone {
            return .success
        } catch is Interrupted {
            return .interrupted
        } catch {
            let failure = Failure(error)
            // What was printed before the failure belongs before it.
            try? surroundings.output.flush()
            report(failure, words, surroundings.errors)
            return failure.exit
        }
    }

    private static func dispatch(
        _ words: [String], _ surroundings: Surroundings
    ) async throws -> ExitCode {
        let output = surroundings.output
        let name = words.first ?? "--help"
        switch Question(name) {
        case .help:
            let subject = name == "help" ? words.dropFirst().first : nil
            return try print(help(subject, output.style), output)
        case .version: return try print(["daybook \(version)"], output)
        case nil: break
        }
        if name == CompletionCall.option {
            let call = CompletionCall(Array(words.dropFirst()), surroundings)
            return try print(await call?.answer() ?? [], output)
        }
        guard let declaration = Commands.all.first(where: { $0.name == name }) else {
            throw unknown(name)
        }
        let arguments = try ArgumentParser.parse(Array(words.dropFirst()), for: declaration)
        if arguments.has("help") {
            return try print(HelpPage.command(declaration, output.style), output)
        }
        return try await declaration.run(
            Invocation(
                declaration: declaration, arguments: arguments, surroundings: surroundings))
    }

    private static func help(_ subject: String?, _ style: Style) throws(Failure) -> [String] {
        guard let subject else { return HelpPage.overview(Commands.all, style) }
        if let command = Commands.all.first(where: { $0.name == subject }) {
            return HelpPage.command(command, style)
        }
        if let topic = HelpTopic.all.first(where: { $0.name == subject }) {
            return HelpPage.topic(topic, style)
        }
        throw unknown(subject)
    }

    private static func unknown(_ name: String) -> Failure {
        let names = Commands.all.map(\.name) + HelpTopic.all.map(\.name)
        return .usage(
            "`\(name)` is unknown", why: "daybook has no such command",
            remedy: Suggestion.words(for: name, among: names) + "`daybook --help` lists them.")
    }

    private static func print(_ lines: [String], _ output: Output) throws -> ExitCode {
        for line in lines { try output.line(line) }
        return .success
    }

    private static func report(_ failure: Failure, _ words: [String], _ errors: Output) {
        // The command line itself may be what failed, so `--json` is looked for as it stands.
        let lines =
            words.prefix { $0 != "--" }.contains("--json")
            ? [FailureReport.json(failure)] : FailureReport.lines(failure, errors.style)
        // Where the error stream is gone too, the exit code has to do.
        for line in lines { try? errors.line(line) }
        try? errors.flush()
    }
}
