internal import Daybook
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookSourcing
internal import DaybookStore

/// `daybook catalog`: which types of events are recorded, and whether a program reads them all.
enum CatalogCommand {
    static let declaration = CommandDeclaration(
        "catalog", "Show which types of events are recorded, in which versions.",
        operands: [
            .optional(
                "file", kind: .file,
                "What a program reads, as JSON: whether that is all that is recorded.")
        ],
        isServed: true,
        notes: [
            "The version of an event is the `$version` of its metadata, and 1 where there is none. Everything is read, "
                + "without the streams of the system.",
            "A program writes what it reads by `catalog.description.json` of DaybookSourcing; one that `daybook new` "
                + "made has a command for it. Exit code 4 where something is recorded that it would fail to read. Whether "
                + "the data are what their type says, only the program can tell.",
        ],
        examples: [
            "daybook catalog", "daybook catalog catalog.json",
        ],
        run: run)

    /// No program has so many types.
    private static let fileBytesMax = 16 << 20

    private static let run: CommandDeclaration.Body = { invocation in
        let file = invocation.arguments.operands.first
        let catalog = try file.map { try read(invocation.surroundings.absolute($0)) }
        return try await invocation.withStore(.readOnly) { store in
            var line = ProgressLine(invocation.errors, invocation.surroundings.time)
            defer { line.clear() }
            let types = try await store.recordedTypes { position, last in
                let events = Quantity.count(last, "event")
                line.update {
                    "read \(ProgressLine.bar(Int(position), of: Int(last))) of \(events)"
                }
            }
            line.clear()
            guard let catalog else {
                try show(types, invocation)
                return .success
            }
            return try tell(catalog.findings(in: types), types, invocation)
        }
    }

    private static func read(_ path: String) throws -> CatalogDescription {
        var bytes: [UInt8] = []
        do {
            let reader = try ChunkReader(path: path)
            while case let more = try reader.read(), !more.isEmpty, bytes.count <= fileBytesMax {
                bytes += more
            }
        } catch {
            throw Failure.file(path, "read", error)
        }
        if bytes.count > fileBytesMax {
            throw Failure.usage(
                "`\(path)` is no catalog", why: "it has more than \(Quantity.bytes(fileBytesMax))",
                remedy: "Name the file that a program wrote by `catalog.description.json`.")
        }
        do { return try CatalogDescription(json: bytes) } catch {
            throw Failure(
                .refused, error.code.description, error.what, why: error.why, remedy: error.remedy,
                place: path)
        }
    }

    private static func show(_ types: [RecordedType], _ invocation: Invocation) throws {
        if invocation.isJSON {
            for type in types { try invocation.output.json(json(type)) }
            return
        }
        if types.isEmpty { return try invocation.say(notes: ["nothing is recorded"]) }
        var table = Table([
            ("type", .left), ("version", .right), ("events", .right), ("first", .right),
            ("last", .right), ("content", .left),
        ])
        for type in types {
            table.add([
                type.name, "\(type.version)", Quantity.count(type.count), "\(type.firstPosition)",
                "\(type.lastPosition)", type.contentType,
            ])
        }
        for line in table.lines(invocation.output.style) { try invocation.output.line(line) }
    }

    private static func json(_ type: RecordedType) -> JSONObject {
        [
            "type": .string(type.name), "version": .number(JSONNumber(type.version)),
            "events": .number(JSONNumber(type.count)),
            "firstPosition": .number(type.firstPosition),
            "lastPosition": .number(type.lastPosition), "contentType": .string(type.contentType),
        ]
    }

    private static func tell(
        _ findings: [CatalogFinding], _ types: [RecordedType], _ invocation: Invocation
    ) throws -> ExitCode {
        let (output, style) = (invocation.output, invocation.output.style)
        let events = types.reduce(0) { $0 + $1.count }
        let unread = findings.filter { !$0.isAllowed }
        if invocation.isJSON {
            let findings = findings.map { finding -> JSONValue in
                var object = json(finding.type)
                object["why"] = .string(finding.why)
                object["allowed"] = .bool(finding.isAllowed)
                return .object(object)
            }
            try output.json([
                "kinds": .number(JSONNumber(types.count)), "events": .number(JSONNumber(events)),
                "findings": .array(findings),
            ])
        } else {
            for finding in findings {
                let mark =
                    finding.isAllowed
                    ? style.paint("passed over: ", .changed) : style.paint("not read: ", .removed)
                try output.line(mark + finding.description.withoutControls)
            }
            let all = "\(Quantity.count(events, "event")) of \(Quantity.count(types.count, "kind"))"
            try output.line(
                unread.isEmpty
                    ? style.paint("all is well: ", .added) + all
                    : "\(Quantity.count(unread.count)) of \(Quantity.count(types.count)) kinds of events cannot be "
                        + "read. Add them to the catalog of the program: whoever reads one gets an error."
            )
        }
        return unread.isEmpty ? .success : .damaged
    }
}
