internal import Daybook
internal import DaybookClient
internal import DaybookJSON
internal import DaybookStore

/// `daybook journals`: which journals a store has.
enum JournalsCommand {
    static let declaration = CommandDeclaration(
        "journals", "List the journals of the store, each an order of events of its own.",
        isServed: true,
        notes: [
            "A journal is made by the first append or import that names it with --journal, in the folder of the "
                + "store: a server makes none, so that a slip of the pen in a client leaves nothing behind. Its name has "
                + "1 to 64 of a to z, 0 to 9, - and _, and begins with a letter or a digit.",
            "Exit code 4 where one of them cannot be read.",
        ],
        examples: ["daybook journals", "daybook append invoice-1 --type sent --journal billing"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        if try invocation.server() != nil { return try await listServed(invocation) }
        let journals = try await invocation.journals()
        if invocation.isJSON {
            for journal in journals { try invocation.output.json(json(journal)) }
        } else {
            for line in lines(journals, invocation.output.style) {
                try invocation.output.line(line)
            }
        }
        // The shell hears of the first that failed.
        return journals.lazy.compactMap(\.failure).first.map { ExitCode($0.code) } ?? .success
    }

    /// What a server tells of its journals; how much room they take is for those who look after it.
    private static func listServed(_ invocation: Invocation) async throws -> ExitCode {
        try await invocation.withServer { store in
            var table = Table([
                ("journal", .left), ("last position", .right), ("checkpoint", .left),
            ])
            for name in try await names(of: store, invocation) {
                let isNamed = name == invocation.namedJournal
                let head = try await (isNamed ? store : store.journal(name)).head()
                if invocation.isJSON {
                    try invocation.output.json([
                        "journal": .string(name), "journalID": .string(head.journal),
                        "lastPosition": .number(head.position), "checkpoint": .string("\(head)"),
                    ])
                } else {
                    table.add([name, Quantity.count(head.position), "\(head)"])
                }
            }
            if !invocation.isJSON {
                for line in table.lines(invocation.output.style) {
                    try invocation.output.line(line)
                }
            }
            return .success
        }
    }

    private static func names(
        of store: RemoteStore, _ invocation: Invocation
    ) async throws -> [String] {
        if let name = invocation.namedJournal { return [name] }
        return try await store.journals()
    }

    static func lines(_ journals: [JournalInfo], _ style: Style) -> [String] {
        var table = Table([
            ("journal", .left), ("last position", .right), ("used", .right),
            ("on the device", .right), ("created", .left), ("checkpoint", .left), ("", .left),
        ])
        for journal in journals {
            let writer = journal.hasWriter ? "a process has it open" : ""
            table.add([
                journal.name, journal.head.map { Quantity.count($0.position) } ?? "",
                Quantity.bytes(journal.usedBytes),
                Quantity.bytes(journal.fileBytes + journal.indexBytes),
                journal.createdAt.map { "\($0)" } ?? "",
                journal.head.map { "\($0)" } ?? "",
                journal.failure.map { $0.what + ": " + $0.why } ?? writer,
            ])
        }
        return table.lines(style)
    }

    private static func json(_ journal: JournalInfo) -> JSONObject {
        [
            "journal": .string(journal.name),
            "journalID": .string(journal.head?.journal),
            "lastPosition": .number(journal.head?.position),
            "checkpoint": .string(journal.head),
            "usedBytes": .number(JSONNumber(journal.usedBytes)),
            "fileBytes": .number(JSONNumber(journal.fileBytes)),
            "indexBytes": .number(JSONNumber(journal.indexBytes)),
            "createdAt": .string(journal.createdAt), "hasWriter": .bool(journal.hasWriter),
            "failure": .string(journal.failure),
        ]
    }
}
