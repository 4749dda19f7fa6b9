/// The pages of `--help`, made from the declarations.
enum HelpPage {
    /// Text is wrapped here.
    private static let columns = 80

    /// All commands, a line each.
    static func overview(_ commands: [CommandDeclaration], _ style: Style) -> [String] {
        var lines = [
            style.paint("daybook", .strong)
                + ": one durable, ordered record of events, and everything else derived from it",
            "",
            style.paint("Usage:", .strong)
                + " daybook <command> [arguments] [--store DIR] [--journal NAME] [--json]",
            "", style.paint("Commands:", .strong),
        ]
        lines += table(commands.map { ($0.name, $0.summary) }, style)
        lines += ["", style.paint("More help:", .strong)]
        lines += table(
            [("<command> --help", "What a command takes, with examples.")]
                + HelpTopic.all.map { ("help \($0.name)", $0.summary) }, style)
        return lines
    }

    /// One command: purpose, usage, options, examples.
    static func command(_ command: CommandDeclaration, _ style: Style) -> [String] {
        var lines = [style.paint("daybook \(command.name)", .strong) + ": " + command.summary, ""]
        let usage = wrapped(command.usage, width: columns - 9)
        for (number, text) in usage.enumerated() {
            lines.append((number == 0 ? style.paint("Usage:", .strong) + " " : "         ") + text)
        }
        if !command.operands.isEmpty {
            lines += ["", style.paint("Arguments:", .strong)]
            lines += table(command.operands.map { ($0.spelling, $0.summary) }, style)
        }
        lines += ["", style.paint("Options:", .strong)]
        lines += table(command.options.map { (spelling($0), $0.summary) }, style)
        for note in command.notes { lines += [""] + wrapped(note, width: columns) }
        lines += ["", style.paint(command.examples.count == 1 ? "Example:" : "Examples:", .strong)]
        return lines + command.examples.map { "  " + $0 }
    }

    static func topic(_ topic: HelpTopic, _ style: Style) -> [String] {
        [style.paint(topic.name, .strong) + ": " + topic.summary, ""] + topic.lines
    }

    private static func spelling(_ option: OptionDeclaration) -> String {
        option.short.map { "-\($0), \(option.spelling)" } ?? option.spelling
    }

    /// Two columns; what is too long for the first has a line of its own.
    private static func table(_ rows: [(String, String)], _ style: Style) -> [String] {
        let width = min(26, rows.map(\.0.count).max() ?? 0)
        return rows.flatMap { name, summary in
            let text = wrapped(summary, width: columns - width - 4)
            let gap = String(repeating: " ", count: width + 4)
            let rest = text.dropFirst().map { gap + $0 }
            let painted = style.paint(name, .name)
            if name.count > width { return ["  " + painted] + text.map { gap + $0 } }
            let padding = String(repeating: " ", count: width - name.count + 2)
            return ["  " + painted + padding + (text.first ?? "")] + rest
        }
    }

    /// Broken between words.
    static func wrapped(_ text: String, width: Int) -> [String] {
        wrapped(text.split(separator: " ").map(String.init), width: width)
    }

    private static func wrapped(_ words: [String], width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in words {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
