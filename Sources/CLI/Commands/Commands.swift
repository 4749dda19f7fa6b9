/// The table of subcommands, in the order in which help lists them.
enum Commands {
    static let all: [CommandDeclaration] = [
        AppendCommand.declaration, ImportCommand.declaration, ExportCommand.declaration,
        ReadCommand.declaration, TailCommand.declaration, StateCommand.declaration,
        DeleteCommand.declaration, TruncateCommand.declaration, MetadataCommand.declaration,
        CompactCommand.declaration, StreamsCommand.declaration, StatsCommand.declaration,
        JournalsCommand.declaration, HeadCommand.declaration, VerifyCommand.declaration,
        CatalogCommand.declaration,
        BackupCommand.declaration, RestoreCommand.declaration, RepairCommand.declaration,
        ServeCommand.declaration, NewCommand.declaration, BenchCommand.declaration,
        DemoCommand.declaration, CompletionCommand.declaration,
    ]
}
