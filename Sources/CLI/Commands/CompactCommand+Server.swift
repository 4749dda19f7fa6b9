internal import DaybookClient
internal import DaybookJSON
internal import DaybookServer

// The store is compacted by the server that has it open.

extension CompactCommand {
    /// Asks a server to compact its store, and tells what it answered.
    static func ask(
        _ server: ServerAddress, _ invocation: Invocation
    ) async throws -> ExitCode {
        let own = ["all", "compress", "dry-run", "throttle", "journal"]
        if let option = own.first(where: { invocation.arguments.has($0) }) {
            throw .usage(
                "`--url` and `--\(option)` cannot be given together",
                why: "a server compacts the journals it has open, by its own settings",
                remedy: "Leave one of them out.") as Failure
        }
        let (id, isNew) = try await RemoteServer(server).startCompaction()
        if invocation.isJSON {
            try invocation.output.json([
                "compaction": .string(id), "started": .bool(isNew), "url": .string(server.text),
            ])
        } else {
            let output = invocation.output
            try output.line(
                isNew
                    ? "the server has begun compaction \(id)"
                    : "the server is at compaction \(id) already")
            try output.line(
                "it goes on by itself; the log of the server tells how far it is, and when it has ended"
            )
        }
        return .success
    }
}

extension Failure {
    /// A locked store, with the way to compact it beside the appends of a server.
    var askingServer: Failure {
        var failure = self
        failure.remedy =
            "If it is `daybook serve`, ask it: `daybook compact --url \(ServerAddress.example)` with its "
            + "address. Any other program calls `compact` itself, or is closed first."
        return failure
    }
}
