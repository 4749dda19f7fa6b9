internal import DaybookPlatform
internal import DaybookServer

/// `daybook serve`: makes the store a server.
enum ServeCommand {
    static let declaration = CommandDeclaration(
        "serve", "Serve the store on one port: to KurrentDB's clients, by HTTP, by gRPC.",
        options: settings + [
            .value(
                "config", "FILE", kind: .file,
                summary: "Read settings from a file (default: $\(Settings.fileVariable))."),
            .flag("print-config", "Print every setting, its value and where it came from."),
        ],
        notes: [
            "Each setting is a flag here, a variable such as $DAYBOOK_PORT, or a line such as "
                + "`port = 2113` in a file, where # begins a comment; a flag counts before a "
                + "variable, and a variable before the file. Sizes are 512K, 64M, 2G; times 500ms, "
                + "10s, 5min, 1h.",
            "The port answers /health/ready from the start, and serves once the store is open. "
                + "SIGTERM or Ctrl-C lets what is under way end first; asked again, more than a "
                + "second later, it ends at once. SIGHUP reads the certificate again.",
            "The log goes to standard error; that it serves, and where, to standard output.",
        ],
        examples: [
            "daybook serve --store /tmp/bank", "daybook serve --config daybook.conf --print-config",
        ],
        run: run)

    /// Those that every command takes are there already.
    private static let settings = Settings.all.compactMap { setting -> OptionDeclaration? in
        if CommandDeclaration.shared.contains(where: { $0.name == setting.name }) { return nil }
        let summary = "\(setting.summary.dropLast()) (default: \(setting.standard))."
        let word = setting.word.map { [$0] } ?? []
        switch setting.kind {
        case .choice(let choices): return .choice(setting.name, choices, summary)
        case .file:
            return .value(setting.name, setting.placeholder, kind: .file, summary: summary)
        case .text, .count, .bytes, .duration:
            return .value(
                setting.name, setting.placeholder, kind: .words(word), summary: summary)
        }
    }

    private static let run: CommandDeclaration.Body = { invocation in
        let configuration = try invocation.serverConfiguration()
        if invocation.arguments.has("print-config") {
            try ConfigurationReport.print(configuration, invocation)
            try configuration.check()
            return .success
        }
        return try await ServeRun(configuration, invocation).run()
    }
}

extension Invocation {
    /// The settings of the server, from wherever they come.
    fileprivate func serverConfiguration() throws -> Configuration {
        let variables = surroundings.variables()
        var flags: [String: String] = [:]
        for setting in Settings.all { flags[setting.name] = arguments[setting.name] }
        let named = arguments["config"] ?? variables[Settings.fileVariable]
        let file = named.flatMap { $0.isEmpty ? nil : $0 }
        return try Configuration.resolve(
            flags: flags, variables: variables,
            file: try file.map { ($0, try surroundings.settings(at: $0)) })
    }
}

extension Surroundings {
    /// The bytes of a file with settings.
    fileprivate func settings(at path: String) throws -> [UInt8] {
        let bytes: [UInt8]?
        do throws(Errno) {
            bytes = try ChunkReader(path: absolute(path)).readAll(upTo: Settings.fileBytesMax)
        } catch {
            throw Failure.file(path, "read", error)
        }
        guard let bytes else { throw Settings.fileTooLarge(path) }
        return bytes
    }
}
