internal import Daybook
internal import DaybookJSON
internal import DaybookLines
internal import DaybookStore

/// `daybook state`: what a stream's events add up to, now or at a point in the past.
enum StateCommand {
    static let declaration = CommandDeclaration(
        "state", "Rebuild the state that the events of a stream lead to, at any point.",
        operands: [.required("stream", kind: .stream, "The stream.")],
        options: [
            .value(
                "at", "REVISION|TIME",
                summary: "Behind this revision, or at this time (default: now)."),
            .value("diff", "A", "B", summary: "What changed between two such points."),
            .flag("occurred", "Times are those of occurrence, not of recording."),
        ],
        isServed: true,
        notes: [
            "The state is the fold of the events' data by JSON merge patch (RFC 7396), in the "
                + "order of revisions: members are set, null removes one, anything but an object "
                + "replaces all.",
            "Where nothing had happened yet the state is null, with and without --json.",
        ],
        examples: [
            "daybook state account-576",
            "daybook state account-576 --at 1993-06-30 --occurred",
            "daybook state account-576 --diff 3 now",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let arguments = invocation.arguments
        let time = invocation.surroundings.time
        try arguments.refuse("at", with: "diff", why: "a difference names its two points itself")
        let isOccurred = arguments.has("occurred")
        let points = try arguments.all("diff").map { text throws(Failure) in
            try Point(text, option: "diff", time)
        }
        let at = try arguments["at"].map { text throws(Failure) in
            try Point(text, option: "at", time)
        }
        return try await invocation.withStore(.readOnly) { store in
            func fold(_ point: Point?) async throws -> StateFold {
                try await StateFold.fold(
                    arguments.operand, to: point, isOccurred: isOccurred, in: store)
            }
            if points.isEmpty {
                try print(try await fold(at), at, invocation)
            } else {
                let (old, new) = (try await fold(points[0]), try await fold(points[1]))
                try print(old, new, points, invocation)
            }
            return .success
        }
    }

    private static func print(_ fold: StateFold, _ point: Point?, _ invocation: Invocation) throws {
        let output = invocation.output
        if invocation.isJSON {
            return try output.json([
                "stream": .string(invocation.arguments.operand),
                "revision": .number(fold.revision), "state": fold.state ?? .null,
            ])
        }
        try say(fold, point, invocation)
        for line in (fold.state ?? .null).text(style: .pretty).split(separator: "\n") {
            // JSON escapes most of what could command a terminal, but not all of it.
            try output.line(output.isTerminal ? String(line).withoutControls : String(line))
        }
    }

    private static func print(
        _ old: StateFold, _ new: StateFold, _ points: [Point], _ invocation: Invocation
    ) throws {
        let (before, after) = (old.state ?? [:], new.state ?? [:])
        let changes = JSONValue.differences(from: before, to: after)
        let output = invocation.output
        if invocation.isJSON {
            return try output.json([
                "stream": .string(invocation.arguments.operand),
                "from": side(points[0], old), "to": side(points[1], new),
                "patch": JSONValue.mergePatch(from: before, to: after),
                "changes": .array(changes.map(json)),
            ])
        }
        for (fold, point) in zip([old, new], points) { try say(fold, point, invocation) }
        if changes.isEmpty { return try output.line("no difference") }
        for line in changes.flatMap({ lines($0, output.style) }) { try output.line(line) }
    }

    /// A line for what went, a line for what came.
    static func lines(_ change: JSONDifference, _ style: Style) -> [String] {
        let path = change.path.isEmpty ? "(all)" : change.path
        var lines: [String] = []
        if let old = change.old {
            lines.append(style.paint("- \(path)  \(old)".withoutControls, .removed))
        }
        if let new = change.new {
            lines.append(style.paint("+ \(path)  \(new)".withoutControls, .added))
        }
        return lines
    }

    private static func json(_ change: JSONDifference) -> JSONValue {
        let kind = change.old == nil ? "added" : change.new == nil ? "removed" : "changed"
        var object: JSONObject = ["path": .string(change.path), "change": .string(kind)]
        object["old"] = change.old
        object["new"] = change.new
        return .object(object)
    }

    private static func side(_ point: Point, _ fold: StateFold) -> JSONValue {
        ["point": .string(point.description), "revision": .number(fold.revision)]
    }

    /// What the state alone does not show.
    private static func say(_ fold: StateFold, _ point: Point?, _ invocation: Invocation) throws {
        let stream = invocation.arguments.operand.withoutControls
        let place = point.map { " at \($0)" } ?? ""
        if let revision = fold.revision {
            let head = "\(stream)@\(revision)\(place)"
            // Not on standard output, where the state is JSON for whatever reads it.
            try invocation.errors.line(invocation.errors.style.paint(head, .faint))
            try invocation.errors.flush()
        } else {
            try invocation.say(notes: [
                invocation.arguments.has("occurred")
                    ? "nothing had occurred in \(stream)\(place)"
                    : "nothing had been recorded in \(stream)\(place); with --occurred, times are "
                        + "those of occurrence"
            ])
        }
        if fold.passedOver > 0 {
            let events = Quantity.count(fold.passedOver, "event")
            try invocation.say(notes: ["\(events) without JSON data left out"])
        }
    }
}
