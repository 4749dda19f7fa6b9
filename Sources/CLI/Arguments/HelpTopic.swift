/// A page of help that belongs to no single command.
struct HelpTopic: Sendable {
    let name: String
    let summary: String
    let lines: [String]

    static let all = [exitCodes, times, format]

    private static let exitCodes = HelpTopic(
        name: "exit-codes", summary: "What the exit codes mean.",
        lines: ExitCode.allCases.flatMap { code in
            let text = HelpPage.wrapped(code.meaning, width: 72)
            return ["\(code.rawValue)".paddedLeft(to: 5) + "  " + text[0]]
                + text.dropFirst().map { "       " + $0 }
        } + [
            "",
            "An error is told on standard error: what, why, where, and what to try; with",
            "--json as one object {\"error\":{\"code\":…,\"what\":…,\"why\":…,\"remedy\":…}}.",
        ])

    private static let times = HelpTopic(
        name: "times", summary: "How times are written.",
        lines: [
            "  2011-12-09T12:50:00Z        RFC 3339, with Z or an offset such as +02:00",
            "  2011-12-09T12:50            without either it is UTC; seconds may be left out",
            "  2011-12-09                  the first instant of that day in UTC",
            "  15min  2h  3d  4w  30s      so long ago",
            "  now",
            "",
            "A time is when the store recorded an event (recordedAt). With --occurred it is",
            "when the event happened, as its producer said (occurredAt), or recordedAt where",
            "nothing was said.",
        ])

    private static let format = HelpTopic(
        name: "format", summary: "The lines that import reads and export writes.",
        lines: [
            "One JSON object a line. Required:",
            "  stream, type",
            "Optional:",
            "  data          any JSON value; its bytes are kept as they stand",
            "  dataBase64    instead of data: bytes that are no JSON, or not on one line",
            "  contentType   what data is (default: application/json)",
            "  occurredAt    when it happened; `time` means the same",
            "  tags          an array of strings, by convention key:value",
            "  id            a UUID; without it one is made of journal, source and line",
            "  metadata      any JSON value; metadataBase64 for other bytes",
            "  causation, correlation    strings of at most 256 bytes",
            "  revision      checked with --check-revisions; `v` means the same",
            "  n, position, recordedAt   passed over: the store gives its own",
            "  append        of `export --exact`: where the event's append begins; passed over too",
            "  removed       of `export --exact`: what is known of data that `compact` removed",
            "An exact export begins with a line {\"exact\":0,\"journal\":…,\"name\":…},",
            "which, like an event with removed data, only `import --exact` takes; there",
            "position, revision, id and recordedAt are required and kept.",
            "Any other field is refused, so that nothing is lost unseen. Empty lines are",
            "passed over. Files may be compressed with gzip or zstd.",
        ])
}
